"""Pure signal and bookkeeping code: numpy and the standard library, time is an argument."""
