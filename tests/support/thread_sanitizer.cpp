// Races that are not ours: SoftHSM 2.6 formats times with gmtime(), whose result all threads share.
extern "C" const char* __tsan_default_suppressions() { return "called_from_lib:libsofthsm2.so\n"; }
