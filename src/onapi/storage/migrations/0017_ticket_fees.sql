-- Closing a ticket may charge its SP, and does so once, however often the command is repeated.
CREATE UNIQUE INDEX invoice_entries_of_ticket ON invoice_entries (ticket)
    WHERE row_type = 'TROUBLESHOOTING_FEE' AND withdrawn_at IS NULL;
