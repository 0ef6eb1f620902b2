#include "rakkan/cli/cli.hpp"

int main(int argc, char** argv) { return rakkan::cli::run(argc, argv); }
