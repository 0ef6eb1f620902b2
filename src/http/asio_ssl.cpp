// Asio's TLS, compiled once, here.
#include <boost/asio/ssl/impl/src.hpp>
