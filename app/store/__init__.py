"""The only room with SQL: tables, connections, writing and browsing stories."""
