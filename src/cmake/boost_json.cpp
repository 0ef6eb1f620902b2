// Boost.JSON without its shared library: its sources compiled once, here.
#include <boost/json/src.hpp>
