"""What the client tests share: a server to test, data to move, clients to run, a table to print."""
