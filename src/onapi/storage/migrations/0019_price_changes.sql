-- When prices last changed: a month that was computed before is not what it would be now.
CREATE TABLE price_changes (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL
);
CREATE FUNCTION prices_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO price_changes (at) VALUES (stamp()) ON CONFLICT (only_row) DO UPDATE SET at = EXCLUDED.at;
    RETURN NULL;
END
$$;
CREATE TRIGGER prices_changed AFTER INSERT OR UPDATE OR DELETE ON prices
    FOR EACH STATEMENT EXECUTE FUNCTION prices_changed();
