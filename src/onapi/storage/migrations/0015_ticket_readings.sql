-- What the network said of a ticket's access when the ticket was opened. It is for the CO: servers have no right to it.
CREATE TABLE ticket_readings (
    ticket_id id_text PRIMARY KEY REFERENCES tickets,
    read_at   timestamptz NOT NULL,
    link      json CHECK (json_typeof(link) = 'object'),
    trouble   reference_text,
    CONSTRAINT link_or_trouble CHECK (num_nonnulls(link, trouble) = 1)
);
COMMENT ON COLUMN ticket_readings.link IS 'The port as its element told it.';
COMMENT ON COLUMN ticket_readings.trouble IS 'Why nothing is known of it.';
