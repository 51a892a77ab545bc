-- NOTIFY makes transactions commit one after the other; processes see within a second that there are tickets.
DROP TRIGGER tickets_announce ON tickets;
