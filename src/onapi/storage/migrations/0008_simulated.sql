-- An access network that exists only here, for the demo, for tests, and for whoever tries the platform.
CREATE TABLE simulated_ports (
    access_id text COLLATE "C" NOT NULL,
    slot      text COLLATE "C" NOT NULL,
    setup     text NOT NULL,
    PRIMARY KEY (access_id, slot)
);
COMMENT ON COLUMN simulated_ports.slot IS 'The service type; with the subscription, for a type that is not exclusive.';
COMMENT ON COLUMN simulated_ports.setup IS 'What is delivered there, as JSON, compared byte by byte.';

CREATE TABLE simulated_effects (
    id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    access_id text COLLATE "C" NOT NULL,
    slot      text COLLATE "C" NOT NULL,
    before    text,
    after     text
);
COMMENT ON TABLE simulated_effects IS 'Each change of a port, once: what a network remembers of what was done to it.';
CREATE INDEX simulated_effects_access ON simulated_effects (access_id, id);

CREATE TABLE simulated_faults (
    access_id text COLLATE "C" PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('fail', 'reject', 'slow', 'dead', 'garbage')),
    times     integer CHECK (times >= 0),
    seconds   double precision NOT NULL DEFAULT 0 CHECK (seconds >= 0)
);
COMMENT ON COLUMN simulated_faults.kind IS
    'fail: answers that it cannot just now. reject: answers that it never will. slow: answers after `seconds`. '
    'dead: does not answer. garbage: answers nonsense.';
COMMENT ON COLUMN simulated_faults.times IS 'How many questions it has the fault for; NULL: all.';
