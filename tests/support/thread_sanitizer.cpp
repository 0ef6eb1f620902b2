// Races that are not ours: SoftHSM 2.6 formats times with gmtime(), whose result all threads share. Reports from inside
// the library are left out, what it calls is not (called_from_lib): its locks must be seen.
extern "C" const char* __tsan_default_suppressions() { return "race:libsofthsm2.so\n"; }
