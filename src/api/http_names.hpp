// Names of the module http that the endpoints use without its namespace.
#pragma once

#include "rakkan/http/observer.hpp"
#include "rakkan/http/options.hpp"
#include "rakkan/http/request.hpp"
#include "rakkan/http/response.hpp"
#include "rakkan/http/router.hpp"

namespace rakkan::api {

using http::Body;
using http::Language;
using http::Limits;
using http::Method;
using http::Needs;
using http::Observer;
using http::Request;
using http::Response;
using http::Route;
using http::Router;
using http::Scope;
using http::Served;

}  // namespace rakkan::api
