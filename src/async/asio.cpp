// Asio without its shared library: its sources compiled once, here (BOOST_ASIO_SEPARATE_COMPILATION elsewhere).
#include <boost/asio/impl/src.hpp>
