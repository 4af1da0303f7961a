"""Tables, named queries, the transaction and the book of events. Peewee lives here only."""
