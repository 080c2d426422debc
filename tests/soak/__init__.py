"""Random kills for as long as wanted, seeded, and then the promise checked on every job."""
