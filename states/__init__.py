"""The law: what a procedure asks for, and what may happen to a case."""
