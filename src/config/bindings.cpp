#include "config/bindings.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace rakkan::config {
namespace {

// reach<Owner, &Configuration::hsm, &hsm::Options::max_sessions> is a function that follows the pointers to members.
template <class Owner, auto... Path>
constexpr auto reach = [](Owner& owner) -> auto& { return (owner.*....*Path); };

template <auto... Path>
constexpr Member<Configuration> to() {
  return +reach<Configuration, Path...>;
}
template <auto... Path>
constexpr Member<service::TsaProfile> of_profile() {
  return +reach<service::TsaProfile, Path...>;
}
template <auto... Path>
constexpr Member<service::EvidenceFreshness> of_freshness() {
  return +reach<service::EvidenceFreshness, Path...>;
}

using C = Configuration;
using S = service::Options;
using H = http::Options;
using F = fetch::Options;
using E = service::EvidenceOptions;
using EF = service::EvidenceFreshness;
using std::string_view;
constexpr std::uint64_t kKiB = 1ULL << 10;
constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kSecond = 1'000;
constexpr std::uint64_t kHour = 3'600 * kSecond;

// clang-format off
constexpr std::array kBindings{
  Binding<C>{"profile", to<&C::profile>(), {1, 16}, Form::plain, "development, or production: then a log with a name for development is refused"},
  Binding<C>{"data_dir", to<&C::data_dir>(), {1, 4096}, Form::file, "Folder of the store, the log and the tokens' PIN files, made by `rakkan init`; \".\" is the configuration's own"},

  Binding<C>{"hsm.module", to<&C::hsm, &hsm::Options::module_path>(), {0, 4096}, Form::file, "PKCS#11 module; empty: SoftHSM2 where Debian puts it"},
  Binding<C>{"hsm.sessions", to<&C::hsm, &hsm::Options::max_sessions>(), {0, 1024}, Form::plain, "Sessions a token; 0: what the token allows"},
  Binding<C>{"hsm.breaker_first", to<&C::hsm, &hsm::Options::breaker_first>(), {1, kHour}, Form::plain, "Pause after the HSM is gone, doubled at each further failure"},
  Binding<C>{"hsm.breaker_last", to<&C::hsm, &hsm::Options::breaker_last>(), {1, kHour}, Form::plain, "Longest pause after the HSM is gone"},
  Binding<C>{"hsm.require_allowed_mechanisms", to<&C::hsm, &hsm::Options::require_allowed_mechanisms>(), {}, Form::plain, "Refuse keys whose CKA_ALLOWED_MECHANISMS the module does not know; false only for a module without that attribute"},

  Binding<C>{"token.pin_file", to<&C::service, &S::token, &credentials::TokenOptions::pin_file>(), {1, 4096}, Form::pattern, "File of a token's user PIN, readable by its owner alone"},
  Binding<C>{"token.so_pin_file", to<&C::service, &S::token, &credentials::TokenOptions::so_pin_file>(), {1, 4096}, Form::pattern, "File of a token's security officer PIN; needed only when a token is made"},
  Binding<C>{"token.create", to<&C::service, &S::token, &credentials::TokenOptions::create>(), {}, Form::plain, "Make a missing token, with fresh random PINs, when a key is generated"},

  Binding<C>{"credentials.roots", to<&C::service, &S::credentials, &credentials::CredentialOptions::roots>(), {0, 4096}, Form::file, "Certificates (PEM) at which the chain of a credential's certificate may end; a self-signed root that is imported with it is taken in any case. Empty: that one alone"},

  Binding<C>{"pools.hsm.threads", to<&C::service, &S::pools, &service::PoolsOptions::hsm, &async::PoolOptions::threads>(), {1, 256}, Form::plain, "Threads that sign; each has its own session with a token"},
  Binding<C>{"pools.hsm.queue", to<&C::service, &S::pools, &service::PoolsOptions::hsm, &async::PoolOptions::queue>(), {1, 1'000'000}, Form::plain, "Signatures that may wait; one more is refused as overloaded"},
  Binding<C>{"pools.cpu.threads", to<&C::service, &S::pools, &service::PoolsOptions::cpu, &async::PoolOptions::threads>(), {1, 256}, Form::plain, "Threads that read, digest and assemble documents"},
  Binding<C>{"pools.cpu.queue", to<&C::service, &S::pools, &service::PoolsOptions::cpu, &async::PoolOptions::queue>(), {1, 1'000'000}, Form::plain, "Documents that may wait"},
  Binding<C>{"pools.pin.threads", to<&C::service, &S::pools, &service::PoolsOptions::pin, &async::PoolOptions::threads>(), {1, 64}, Form::plain, "Threads that hash PINs; each takes pin.memory"},
  Binding<C>{"pools.pin.queue", to<&C::service, &S::pools, &service::PoolsOptions::pin, &async::PoolOptions::queue>(), {1, 10'000}, Form::plain, "PIN checks that may wait"},
  Binding<C>{"pools.store.threads", to<&C::service, &S::pools, &service::PoolsOptions::store, &async::PoolOptions::threads>(), {1, 64}, Form::plain, "Threads that read the database"},
  Binding<C>{"pools.store.queue", to<&C::service, &S::pools, &service::PoolsOptions::store, &async::PoolOptions::queue>(), {1, 100'000}, Form::plain, "Reads of the database that may wait"},
  Binding<C>{"pools.inline_document", to<&C::service, &S::pools, &service::PoolsOptions::inline_document>(), {0, 16 * kMiB}, Form::size, "A document up to this size is prepared on the thread that received it"},

  Binding<C>{"audit.origin", to<&C::audit, &audit::Options::origin>(), {0, 255}, Form::plain, "Name of the log in its checkpoints, a URL without scheme that belongs to you; fixed with its first entry; empty: one with a random part, for development"},
  Binding<C>{"audit.commit_window", to<&C::audit, &audit::Options::commit_window>(), {0, 5}, Form::plain, "How long the first waiting entry may wait for others before they are made durable together"},
  Binding<C>{"audit.waiting", to<&C::audit, &audit::Options::waiting>(), {16, 1'000'000}, Form::plain, "Entries that may wait to be made durable; more are refused as overloaded"},
  Binding<C>{"audit.checkpoint_interval", to<&C::audit, &audit::Options::checkpoint_interval>(), {10, kHour}, Form::plain, "How often a checkpoint is signed when there is something new"},
  Binding<C>{"audit.longest_uncovered", to<&C::audit, &audit::Options::longest_uncovered>(), {kSecond, 24 * kHour}, Form::plain, "How long an entry may wait for its checkpoint before nothing new is signed, /readyz is red and 503 is answered"},
  Binding<C>{"audit.token", to<&C::audit, &audit::Options::token_label>(), {1, 32}, Form::plain, "Token with the Ed25519 key of the checkpoints; made when the log begins"},
  Binding<C>{"audit.tsa", to<&C::service, &S::tsa_lists, &service::TsaLists::checkpoint, &service::TsaList::profiles>(), {1, 32}, Form::names, "TSA profiles for timestamps of checkpoints, the next one asked when one fails, better other authorities than those of the signatures; the internal unit not beside others; empty: none"},
  Binding<C>{"audit.accredited", to<&C::service, &S::tsa_lists, &service::TsaLists::checkpoint, &service::TsaList::accredited>(), {1, 16}, Form::plain, "any, or required: checkpoints are timestamped by authorities marked as accredited alone"},
  Binding<C>{"audit.timestamp_interval", to<&C::audit, &audit::Options::timestamp_interval>(), {kSecond, 24 * kHour}, Form::plain, "How often a checkpoint is timestamped"},

  Binding<C>{"store.busy_timeout", to<&C::store, &store::Options::busy_timeout>(), {0, kHour}, Form::plain, "How long opening waits for another process that has the database open"},
  Binding<C>{"store.log_size", to<&C::store, &store::Options::log_size>(), {64 * kKiB, kGiB}, Form::size, "Size of the store's write-ahead log at which a commit moves it into the database"},

  Binding<C>{"signing.deadline", to<&C::service, &S::deadline>(), {100, kHour}, Form::plain, "Time for one request from its acceptance to its answer"},
  Binding<C>{"signing.resume_window", to<&C::service, &S::resume_window>(), {60 * kSecond, 30 * 24 * kHour}, Form::plain, "How long a signature whose timestamp could not be had is kept and tried again, without its key, before it is given up"},
  Binding<C>{"signing.tsa", to<&C::service, &S::tsa_lists, &service::TsaLists::signature, &service::TsaList::profiles>(), {1, 32}, Form::names, "Profiles (tables tsa.NAME) that give signatures their timestamps unless a request names one; the next one is asked when one fails"},
  Binding<C>{"signing.accredited", to<&C::service, &S::tsa_lists, &service::TsaLists::signature, &service::TsaList::accredited>(), {1, 16}, Form::plain, "any, or required: authorities that are not marked as accredited are refused, also when a request names one"},

  Binding<C>{"archive.tsa", to<&C::service, &S::tsa_lists, &service::TsaLists::archive, &service::TsaList::profiles>(), {1, 32}, Form::names, "Profiles that give documents their archive timestamps, in their order; empty: those of signing.tsa"},
  Binding<C>{"archive.accredited", to<&C::service, &S::tsa_lists, &service::TsaLists::archive, &service::TsaList::accredited>(), {1, 16}, Form::plain, "any, or required, as signing.accredited"},

  Binding<C>{"fetch.in_flight", to<&C::service, &S::fetch, &F::in_flight>(), {1, 4'096}, Form::plain, "Requests to other servers at the same time; a waiting one takes no thread"},
  Binding<C>{"fetch.in_flight_an_origin", to<&C::service, &S::fetch, &F::in_flight_an_origin>(), {1, 4'096}, Form::plain, "Of them, to one origin (scheme, host and port)"},
  Binding<C>{"fetch.waiting", to<&C::service, &S::fetch, &F::waiting>(), {1, 100'000}, Form::plain, "Requests to other servers that may wait for their turn; one more is refused as overloaded"},
  Binding<C>{"fetch.receiving", to<&C::service, &S::fetch, &F::receiving>(), {kMiB, 64 * kGiB}, Form::size, "Memory for all answers that are being received at the same time"},
  Binding<C>{"fetch.breaker_failures", to<&C::service, &S::fetch, &F::breaker_failures>(), {1, 1'000'000}, Form::plain, "Failures one after another after which an origin is not asked for a while"},
  Binding<C>{"fetch.breaker_first", to<&C::service, &S::fetch, &F::breaker_first>(), {1, kHour}, Form::plain, "How long it is not asked then, doubled each time that a probe fails"},
  Binding<C>{"fetch.breaker_last", to<&C::service, &S::fetch, &F::breaker_last>(), {1, 24 * kHour}, Form::plain, "How long at most"},
  Binding<C>{"fetch.attempts", to<&C::service, &S::fetch, &F::attempts>(), {1, 10}, Form::plain, "Attempts of a request that may be repeated, or of which nothing was sent"},
  Binding<C>{"fetch.retry_pause", to<&C::service, &S::fetch, &F::retry_pause>(), {1, kHour}, Form::plain, "Pause before the second attempt, of random length up to this, doubled before each further one"},
  Binding<C>{"fetch.name_lifetime", to<&C::service, &S::fetch, &F::name_lifetime>(), {0, kHour}, Form::plain, "How long the addresses of a name are used before they are looked up again"},
  Binding<C>{"fetch.allowed_origins", to<&C::service, &S::fetch, &F::allowed_origins>(), {8, 512}, Form::plain, "Exact origins like \"http://10.0.0.5:8080\" that a certificate or a redirect may name although their addresses are not public. A TSA profile's URL needs no exception"},
  Binding<C>{"fetch.timeout", to<&C::service, &S::fetch, &F::timeout>(), {10, kHour}, Form::plain, "Time to obtain a CRL, an OCSP response or certificates, with redirects and further attempts"},
  Binding<C>{"fetch.connect_timeout", to<&C::service, &S::fetch, &F::connect_timeout>(), {10, kHour}, Form::plain, "Time to connect for them"},
  Binding<C>{"fetch.ca_file", to<&C::service, &S::fetch, &F::ca_file>(), {0, 4096}, Form::file, "Certificates (PEM) that may vouch for their https servers; empty: the system's"},
  Binding<C>{"fetch.ocsp_response", to<&C::service, &S::fetch, &F::ocsp_response>(), {kKiB, 16 * kMiB}, Form::size, "Largest OCSP response"},
  Binding<C>{"fetch.crl", to<&C::service, &S::fetch, &F::crl>(), {kKiB, 4 * kGiB}, Form::size, "Largest CRL"},
  Binding<C>{"fetch.certificates", to<&C::service, &S::fetch, &F::certificates>(), {kKiB, 16 * kMiB}, Form::size, "Largest file of issuers' certificates"},

  Binding<C>{"trust.file", to<&C::trust, &TrustOptions::file>(), {0, 4096}, Form::file, "Trust file (docs/trust-file.md): the authorities that count, and for what; whoever may write it decides that. Read at the start; empty: nobody is trusted"},

  Binding<C>{"evidence.folder", to<&C::service, &S::evidence, &E::folder>(), {0, 4096}, Form::file, "Folder of certificates, CRLs and OCSP responses that are used besides what servers give, for networks from which none can be reached; empty: none"},
  Binding<C>{"evidence.freshness", to<&C::service, &S::evidence, &E::freshness, &EF::mode>(), {1, 16}, Form::plain, "cached: revocation data may be evidence.max_age old, and a signature of B-LT or above is complete at once; after_signature: they are issued after it, and until they are it is pending"},
  Binding<C>{"evidence.max_age", to<&C::service, &S::evidence, &E::freshness, &EF::max_age>(), {kSecond, 400 * 24 * kHour}, Form::plain, "With cached: how old revocation data may be when a signature is made, from their thisUpdate"},
  Binding<C>{"evidence.grace", to<&C::service, &S::evidence, &E::freshness, &EF::grace>(), {0, 30 * 24 * kHour}, Form::plain, "With after_signature: how long after the signature revocation data must have been issued at least, since a revocation takes time; less than signing.resume_window"},
  Binding<C>{"evidence.nonce_origins", to<&C::service, &S::evidence, &E::nonce_origins>(), {8, 512}, Form::plain, "Exact origins like \"http://ocsp.example\" of responders whose requests carry a nonce; an answer with another one is refused, one without is taken, and none is cached"},
  Binding<C>{"evidence.added", to<&C::service, &S::evidence, &E::added>(), {64 * kKiB, 4 * kGiB}, Form::size, "Bytes that one document may grow by validation data and document timestamps; more is refused"},
  Binding<C>{"evidence.cache.entries", to<&C::service, &S::evidence, &E::cache, &fetch::CacheLimits::entries>(), {0, 1'000'000}, Form::plain, "CRLs, OCSP responses and certificates that are kept, each until its nextUpdate; 0: none"},
  Binding<C>{"evidence.cache.bytes", to<&C::service, &S::evidence, &E::cache, &fetch::CacheLimits::bytes>(), {0, 4 * kGiB}, Form::size, "Their bytes together, in memory and in the store; those that nobody asked for longest make room"},

  Binding<C>{"tsu.credential", to<&C::service, &S::tsu, &service::TsuOptions::credential>(), {1, 32}, Form::plain, "Credential of the internal time-stamping unit"},
  Binding<C>{"tsu.policy", to<&C::service, &S::tsu, &service::TsuOptions::policy>(), {3, 128}, Form::oid, "OID of the unit's timestamp policy; the default is for development only"},
  Binding<C>{"tsu.accepted_policies", to<&C::service, &S::tsu, &service::TsuOptions::accepted_policies>(), {3, 128}, Form::oid, "Further policy OIDs that a request may name"},
  Binding<C>{"tsu.accuracy", to<&C::service, &S::tsu, &service::TsuOptions::accuracy>(), {1, kSecond}, Form::plain, "Accuracy of the unit's time, as its tokens state it"},

  Binding<C>{"limits.document", to<&C::service, &S::limits, &service::Limits::document>(), {kKiB, 1024 * kGiB}, Form::size, "Largest document"},
  Binding<C>{"limits.instruction", to<&C::service, &S::limits, &service::Limits::instruction>(), {kKiB, 16 * kMiB}, Form::size, "Largest instruction record"},
  Binding<C>{"limits.activations", to<&C::service, &S::limits, &service::Limits::activations>(), {1, 10'000'000}, Form::plain, "Activations open at once"},
  Binding<C>{"limits.activation_digests", to<&C::service, &S::limits, &service::Limits::activation_digests>(), {1, 100'000}, Form::plain, "Documents that one activation may name"},
  Binding<C>{"limits.reading", to<&C::service, &S::limits, &service::Limits::reading>(), {64 * kMiB, 1'024 * kGiB}, Form::size, "Memory for the contents of all documents that are read at the same time; of one tenant at most half"},
  Binding<C>{"limits.pdf.depth", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_depth>(), {8, 1000}, Form::plain, "Nesting of arrays and dictionaries"},
  Binding<C>{"limits.pdf.revisions", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_revisions>(), {1, 1'000'000}, Form::plain, "Cross-reference sections"},
  Binding<C>{"limits.pdf.objects", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_objects>(), {1, 1'000'000'000}, Form::plain, "Objects"},
  Binding<C>{"limits.pdf.inflated", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_inflated>(), {kMiB, 64 * kGiB}, Form::size, "Inflated bytes of all compressed streams of a document together"},
  Binding<C>{"limits.pdf.inflation", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_inflation>(), {1, 1'032}, Form::plain, "Inflated bytes as a multiple of the document's size; 16 MiB are allowed in any case"},
  Binding<C>{"limits.pdf.page_tree", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_page_tree>(), {1, 100'000'000}, Form::plain, "Nodes visited in the page tree"},
  Binding<C>{"limits.pdf.fields", to<&C::service, &S::limits, &service::Limits::pdf, &pdf::Limits::max_fields>(), {1, 100'000'000}, Form::plain, "Nodes visited in the tree of form fields"},

  Binding<C>{"instruction.longest_age", to<&C::service, &S::instruction, &service::InstructionPolicy::longest_age>(), {60 * kSecond, 3'650 * 24 * kHour}, Form::plain, "How old an instruction record may be when it is used, from its `when`; an older one is refused (`instruction-too-old`)"},
  Binding<C>{"instruction.clock_skew", to<&C::service, &S::instruction, &service::InstructionPolicy::clock_skew>(), {0, kHour}, Form::plain, "How far the clock of the service that writes instruction records may be ahead; a record from further in the future is refused (`instruction-from-future`)"},

  Binding<C>{"witness.name", to<&C::service, &S::witness, &service::WitnessTexts::name>(), {0, 256}, Form::plain, "/Name of a witness signature, the operator's name; empty: the certificate's common name"},
  Binding<C>{"witness.reason", to<&C::service, &S::witness, &service::WitnessTexts::reason>(), {1, 1024}, Form::plain, "/Reason of a witness signature; {name} and {id} are the instructing person's. Envelope and authentication follow by themselves"},

  Binding<C>{"pin.memory", to<&C::service, &S::pin, &credentials::PinPolicy::memory>(), {8 * kMiB, 4 * kGiB - kKiB}, Form::size, "Memory that one hash of a PIN takes (Argon2id, RFC 9106); whole KiB"},
  Binding<C>{"pin.iterations", to<&C::service, &S::pin, &credentials::PinPolicy::iterations>(), {1, 1'000}, Form::plain, "Passes over the memory of one hash"},
  Binding<C>{"pin.min_length", to<&C::service, &S::pin, &credentials::PinPolicy::min_length>(), {4, 64}, Form::plain, "Shortest PIN that may be set, in bytes"},
  Binding<C>{"pin.first_wait", to<&C::service, &S::pin, &credentials::PinPolicy::first_wait>(), {0, kHour}, Form::plain, "How long a PIN cannot be tried again after a failure; doubles with each further one in a row. 0s: no wait"},
  Binding<C>{"pin.longest_wait", to<&C::service, &S::pin, &credentials::PinPolicy::longest_wait>(), {0, 24 * kHour}, Form::plain, "Longest wait after failures"},
  Binding<C>{"pin.max_failures", to<&C::service, &S::pin, &credentials::PinPolicy::max_failures>(), {1, 100}, Form::plain, "Failures in a row that lock a PIN for the tenant that made them"},
  Binding<C>{"pin.lock_time", to<&C::service, &S::pin, &credentials::PinPolicy::lock_time>(), {0, 365 * 24 * kHour}, Form::plain, "How long a lock lasts; 0s: for good"},
  Binding<C>{"pin.code_lifetime", to<&C::service, &S::pin, &credentials::PinPolicy::code_lifetime>(), {60 * kSecond, 30 * 24 * kHour}, Form::plain, "How long an operator's single-use code sets a PIN"},
  Binding<C>{"pin.code_max_failures", to<&C::service, &S::pin, &credentials::PinPolicy::code_max_failures>(), {1, 100}, Form::plain, "Wrong codes of a tenant after which it has to ask for a new one"},

  Binding<C>{"log.level", to<&C::telemetry, &telemetry::Options::log, &telemetry::LogOptions::level>(), {4, 8}, Form::plain, "Least level that is logged: debug, info, warning, error or critical"},
  Binding<C>{"log.output", to<&C::telemetry, &telemetry::Options::log, &telemetry::LogOptions::output>(), {1, 4096}, Form::plain, "stderr, stdout, or a file to append to"},
  Binding<C>{"log.queue", to<&C::telemetry, &telemetry::Options::log, &telemetry::LogOptions::queue>(), {16, 1'000'000}, Form::plain, "Lines that may wait for a slow output; when there are more, the oldest are dropped and counted"},

  Binding<C>{"http.address", to<&C::http, &H::listen, &http::ListenOptions::address>(), {1, 64}, Form::plain, "Address to listen on; without TLS only a loopback address"},
  Binding<C>{"http.port", to<&C::http, &H::listen, &http::ListenOptions::port>(), {0, 65'535}, Form::plain, "Port; 0: one that is free"},
  Binding<C>{"http.threads", to<&C::http, &H::listen, &http::ListenOptions::threads>(), {1, 256}, Form::plain, "I/O threads, each with an acceptor of its own"},
  Binding<C>{"http.tsa_open", to<&C::http, &H::tsa_open>(), {}, Form::plain, "/tsa answers callers without a key"},
  Binding<C>{"http.trusted_proxies", to<&C::http, &H::trusted_proxies>(), {2, 64}, Form::plain, "Address ranges (CIDR) of proxies whose X-Forwarded-For is believed"},
  Binding<C>{"http.idempotency", to<&C::http, &H::idempotency>(), {60 * kSecond, 30 * 24 * kHour}, Form::plain, "How long an answer under an Idempotency-Key is kept"},
  Binding<C>{"http.tls.certificate", to<&C::http, &H::listen, &http::ListenOptions::tls, &http::TlsOptions::certificate_file>(), {0, 4096}, Form::file, "Certificate and its chain (PEM); empty: no TLS. Read again on SIGHUP"},
  Binding<C>{"http.tls.key", to<&C::http, &H::listen, &http::ListenOptions::tls, &http::TlsOptions::key_file>(), {0, 4096}, Form::file, "Key of the certificate (PEM), not readable by everybody"},
  Binding<C>{"http.tls.client_ca", to<&C::http, &H::listen, &http::ListenOptions::tls, &http::TlsOptions::client_ca_file>(), {0, 4096}, Form::file, "Authorities (PEM) one of which must have issued every caller's certificate; empty: no certificate is asked for"},
  Binding<C>{"http.limits.connections", to<&C::http, &H::limits, &http::Limits::connections>(), {1, 1'000'000}, Form::plain, "Connections at once. Near that number the connections that have been silent for longest are closed for new ones; when none is silent, a new one is refused as overloaded"},
  Binding<C>{"http.limits.address_connections", to<&C::http, &H::limits, &http::Limits::address_connections>(), {0, 1'000'000}, Form::plain, "Connections at once of one address (IPv6: one /64), at most half of http.limits.connections; a trusted proxy's count for the addresses that it forwards. 0: no such limit"},
  Binding<C>{"http.limits.header", to<&C::http, &H::limits, &http::Limits::header>(), {kKiB, kMiB}, Form::size, "Largest header of a request"},
  Binding<C>{"http.limits.header_fields", to<&C::http, &H::limits, &http::Limits::header_fields>(), {8, 1'000}, Form::plain, "Fields in the header of a request"},
  Binding<C>{"http.limits.body", to<&C::http, &H::limits, &http::Limits::body>(), {kKiB, 64 * kMiB}, Form::size, "Largest body that is no document"},
  Binding<C>{"http.limits.in_flight", to<&C::http, &H::limits, &http::Limits::in_flight>(), {kMiB, 1024 * kGiB}, Form::size, "Memory for all bodies at once; beyond it requests are refused as overloaded. A sixteenth is kept for bodies of at most http.limits.body"},
  Binding<C>{"http.limits.tenant_share", to<&C::http, &H::limits, &http::Limits::tenant_share>(), {1, 100}, Form::plain, "Percent of http.limits.in_flight that one tenant's bodies may take when no other tenant's take any; else the same share of the memory that the others leave. Callers without a key are one tenant"},
  Binding<C>{"http.limits.queue_delay", to<&C::http, &H::limits, &http::Limits::queue_delay>(), {0, kHour}, Form::plain, "How long work may stand in the queues of I/O threads and pools; while it stands longer, requests are refused as overloaded. At least 64 requests are at work at once on each I/O thread; 0s: no such limit"},
  Binding<C>{"http.limits.slowest_rate", to<&C::http, &H::limits, &http::Limits::slowest_rate>(), {0, kGiB}, Form::size, "Bytes a second below which a body or an answer is broken off, on average after timeouts.stall; 0: none"},
  Binding<C>{"http.timeouts.idle", to<&C::http, &H::timeouts, &http::Timeouts::idle>(), {kSecond, 24 * kHour}, Form::plain, "How long a connection may rest between requests"},
  Binding<C>{"http.timeouts.header", to<&C::http, &H::timeouts, &http::Timeouts::header>(), {100, kHour}, Form::plain, "Time for a request's header, and for a TLS handshake"},
  Binding<C>{"http.timeouts.stall", to<&C::http, &H::timeouts, &http::Timeouts::stall>(), {100, kHour}, Form::plain, "How long a body or an answer may stand still"},
  Binding<C>{"http.timeouts.transfer", to<&C::http, &H::timeouts, &http::Timeouts::transfer>(), {kSecond, 24 * kHour}, Form::plain, "How long a caller may take for a whole body, or for taking a whole answer, however large"},
  Binding<C>{"http.timeouts.notice", to<&C::http, &H::timeouts, &http::Timeouts::notice>(), {0, kHour}, Form::plain, "At the end: how long /readyz is red before connections are refused"},
  Binding<C>{"http.timeouts.drain", to<&C::http, &H::timeouts, &http::Timeouts::drain>(), {100, kHour}, Form::plain, "At the end: time for the requests that were accepted"},
  Binding<C>{"http.key_rate.per_second", to<&C::http, &H::key_rate, &http::RateOptions::per_second>(), {0, 1'000'000}, Form::plain, "Requests a second of one API key; 0: no limit"},
  Binding<C>{"http.key_rate.burst", to<&C::http, &H::key_rate, &http::RateOptions::burst>(), {1, 1'000'000}, Form::plain, "Requests that one API key may have at once after a pause"},
  Binding<C>{"http.address_rate.per_second", to<&C::http, &H::address_rate, &http::RateOptions::per_second>(), {0, 1'000'000}, Form::plain, "Requests a second of one address (IPv6: one /64); 0: no limit"},
  Binding<C>{"http.address_rate.burst", to<&C::http, &H::address_rate, &http::RateOptions::burst>(), {1, 1'000'000}, Form::plain, "Requests that one address may have at once after a pause"},
  Binding<C>{"http.failed_rate.per_second", to<&C::http, &H::failed_rate, &http::RateOptions::per_second>(), {0, 1'000'000}, Form::plain, "Answers 401 a second to one address (IPv6: one /64; behind a trusted proxy the address that it forwards); beyond them a caller without a good key gets 429. Callers with a good key are neither counted nor refused. 0: no limit"},
  Binding<C>{"http.failed_rate.burst", to<&C::http, &H::failed_rate, &http::RateOptions::burst>(), {1, 1'000'000}, Form::plain, "Answers 401 that an address may get at once after a pause"},

  Binding<C>{"admin.socket", to<&C::http, &H::admin_socket>(), {0, 4096}, Form::place, "Unix socket by which `rakkan` works with the running server, for its own user and root alone; at most 107 bytes; empty: none"},

  Binding<C>{"metrics.address", to<&C::http, &H::metrics, &http::ListenOptions::address>(), {1, 64}, Form::plain, "Loopback address of the listener for /metrics"},
  Binding<C>{"metrics.port", to<&C::http, &H::metrics, &http::ListenOptions::port>(), {0, 65'535}, Form::plain, "Port of the listener for /metrics; 0: one that is free"},
};

using T = service::TsaProfile;
using O = fetch::TsaOptions;
constexpr std::array kProfileBindings{
  Binding<T>{"url", of_profile<&T::options, &fetch::TsaOptions::url>(), {1, 2048}, Form::plain, "http or https URL of an RFC 3161 authority, or \"internal\" for our own unit"},
  Binding<T>{"timeout", of_profile<&T::options, &fetch::TsaOptions::timeout>(), {10, kHour}, Form::plain, "Time for the whole exchange"},
  Binding<T>{"connect_timeout", of_profile<&T::options, &fetch::TsaOptions::connect_timeout>(), {10, kHour}, Form::plain, "Time to connect"},
  Binding<T>{"max_response", of_profile<&T::options, &fetch::TsaOptions::max_response>(), {kKiB, 16 * kMiB}, Form::size, "Largest answer"},
  Binding<T>{"ca_file", of_profile<&T::options, &fetch::TsaOptions::ca_file>(), {0, 4096}, Form::file, "Certificates (PEM) that may vouch for an https server; empty: the system's"},
  Binding<T>{"accredited", of_profile<&T::options, &O::accredited>(), {}, Form::plain, "Your mark that the authority is accredited, for roles that require it"},
  Binding<T>{"token_size", of_profile<&T::options, &O::token_size>(), {kKiB, kMiB}, Form::size, "Bytes to reserve for a token as long as none was seen"},
  Binding<T>{"budget", of_profile<&T::options, &O::budget>(), {0, 1'000'000'000}, Form::plain, "Requests in a period; when they are spent the next profile of the list is asked; 0: no limit. A restart begins a new period"},
  Binding<T>{"budget_period", of_profile<&T::options, &O::budget_period>(), {kSecond, 400 * 24 * kHour}, Form::plain, "Period of the budget, from its first request"},
  Binding<T>{"basic_file", of_profile<&T::options, &O::credentials, &fetch::CredentialFiles::basic>(), {0, 4096}, Form::file, "File with user:password for the authority, readable by its owner alone; empty: none"},
  Binding<T>{"bearer_file", of_profile<&T::options, &O::credentials, &fetch::CredentialFiles::bearer>(), {0, 4096}, Form::file, "File with a bearer token for the authority, readable by its owner alone; empty: none"},
  Binding<T>{"client_certificate", of_profile<&T::options, &O::credentials, &fetch::CredentialFiles::client_certificate>(), {0, 4096}, Form::file, "TLS client certificate (PEM, with its chain) for the authority; empty: none"},
  Binding<T>{"client_key", of_profile<&T::options, &O::credentials, &fetch::CredentialFiles::client_key>(), {0, 4096}, Form::file, "Its private key (PEM), readable by its owner alone"},
};

constexpr std::array kFreshnessBindings{
  Binding<EF>{"freshness", of_freshness<&EF::mode>(), {1, 16}, Form::plain, "As evidence.freshness, for signatures of this credential"},
  Binding<EF>{"max_age", of_freshness<&EF::max_age>(), {kSecond, 400 * 24 * kHour}, Form::plain, "As evidence.max_age"},
  Binding<EF>{"grace", of_freshness<&EF::grace>(), {0, 30 * 24 * kHour}, Form::plain, "As evidence.grace"},
};
// clang-format on

}  // namespace

std::span<const Binding<Configuration>> bindings() noexcept { return kBindings; }
std::span<const Binding<service::TsaProfile>> profile_bindings() noexcept { return kProfileBindings; }
std::span<const Binding<service::EvidenceFreshness>> freshness_bindings() noexcept { return kFreshnessBindings; }

bool is_profile_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_credential_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 32 && name.front() != '.' && name.front() != '_' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
         });
}

std::string environment_name(std::string_view key) {
  std::string name = "RAKKAN_";
  for (const char c : key) {
    name += c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

}  // namespace rakkan::config
