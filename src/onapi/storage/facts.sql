-- name: get
-- scope: operator (values of the installation)
SELECT value FROM facts WHERE name = $name;

-- name: put
-- scope: operator (values of the installation)
INSERT INTO facts (name, value) VALUES ($name, $value)
    ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value;

-- name: keep
-- scope: operator (values of the installation)
INSERT INTO facts (name, value) VALUES ($name, $value) ON CONFLICT (name) DO NOTHING;
