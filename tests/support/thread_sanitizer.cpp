// Races that are not ours: SoftHSM 2.6 formats times with gmtime(), whose result all threads share. Not the library as a
// whole (called_from_lib): its locks would not be seen either, and what they guard would look like races.
extern "C" const char* __tsan_default_suppressions() { return "race:^gmtime$\n"; }
