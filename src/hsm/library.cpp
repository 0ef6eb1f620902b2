#include "hsm/library.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <condition_variable>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

namespace rakkan::hsm {
namespace {

namespace fs = std::filesystem;

// Two processes that start on one SoftHSM folder at the same moment can see CKR_GENERAL_ERROR once.
constexpr std::chrono::milliseconds kStartPause{50};
// A call that hangs in the module must not make the re-initialising caller hang too.
constexpr std::chrono::milliseconds kDrainPatience{5'000};

// The places of libsofthsm2.so on Debian (the package softhsm2 puts it into the first, and a link into the multiarch
// folder).
constexpr std::array<const char*, 3> kDefaultModules = {
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
};

// Registry holds the libraries of the process. A library is finalised before one of the same path is initialised again.
struct Registry {
  struct Row {
    std::weak_ptr<Library> library;
    unsigned alive = 0;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::map<fs::path, Row> libraries;
  std::set<std::pair<fs::path, std::string>> stopped;
};

// The registry is never destroyed, since a library may be released after main() has ended.
Registry& registry() {
  static Registry& instance = *new Registry;
  return instance;
}

std::atomic<bool> in_child{false};

void watch_forks() {
  static const int registered =
      ::pthread_atfork(nullptr, nullptr, [] { in_child.store(true, std::memory_order_relaxed); });
  static_cast<void>(registered);
}

Result<fs::path> resolve(const fs::path& path) {
  std::error_code ignored;
  if (!path.empty()) {
    fs::path canonical = fs::canonical(path, ignored);
    if (ignored) {
      return fail(ErrorCode::hsm_module_unusable, "cannot find the PKCS#11 module: " + ignored.message(),
                  path.string());
    }
    return canonical;
  }
  for (const char* candidate : kDefaultModules) {
    if (fs::exists(candidate, ignored)) {
      return fs::canonical(candidate, ignored);
    }
  }
  return fail(ErrorCode::hsm_module_unusable,
              "libsofthsm2.so is not installed (Debian package softhsm2) and no other module is configured");
}

Result<CK_FUNCTION_LIST_PTR> open_functions(const fs::path& path) {
  // The handle is never closed: modules leave threads and exit handlers behind that must not lose their code.
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc has a text for each thread
    return fail(ErrorCode::hsm_module_unusable, reason != nullptr ? reason : "dlopen failed", path.string());
  }
  const auto entry = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList"));
  if (entry == nullptr) {
    return fail(ErrorCode::hsm_module_unusable, "is not a PKCS#11 module: it lacks C_GetFunctionList", path.string());
  }
  CK_FUNCTION_LIST_PTR functions = nullptr;
  if (const CK_RV code = entry(&functions); code != CKR_OK || functions == nullptr) {
    return fail(ErrorCode::hsm_module_unusable, "C_GetFunctionList answered " + describe_return_code(code),
                path.string());
  }
  if (functions->version.major != 2 || functions->version.minor < 20) {
    return fail(ErrorCode::hsm_module_unusable,
                "speaks Cryptoki " + std::to_string(functions->version.major) + "." +
                    std::to_string(functions->version.minor) + "; versions 2.20 to 2.40 are supported",
                path.string());
  }
  return functions;
}

}  // namespace

Result<std::shared_ptr<Library>> Library::load(const fs::path& path) {
  RAKKAN_TRY(const fs::path canonical, resolve(path));
  watch_forks();
  std::unique_lock lock(registry().mutex);
  Registry::Row& known = registry().libraries[canonical];
  std::shared_ptr<Library> library;
  registry().changed.wait(lock, [&] {
    library = known.library.lock();
    return library != nullptr || known.alive == 0;
  });
  if (library != nullptr) {
    return library;
  }
  RAKKAN_TRY(const CK_FUNCTION_LIST_PTR functions, open_functions(canonical));
  // The destructor of a library that could not be initialised takes the registry's lock.
  ++known.alive;
  library = std::make_shared<Library>(Private{}, canonical, functions);
  lock.unlock();
  Outcome<void> initialised = library->initialise();
  if (!initialised && initialised.error().return_class() == ReturnClass::device_gone) {
    std::this_thread::sleep_for(kStartPause);
    initialised = library->initialise();
  }
  if (!initialised) {
    Error cause = to_error(std::move(initialised).error());
    return fail(ErrorCode::hsm_module_unusable, cause.detail, canonical.string());
  }
  lock.lock();
  known.library = library;
  registry().changed.notify_all();
  return library;
}

Library::Library(Private, fs::path path, CK_FUNCTION_LIST_PTR functions) noexcept
    : path_(std::move(path)), functions_(functions) {}

Library::~Library() {
  if (initialised_by_us_ && usable()) {
    functions_->C_Finalize(nullptr);
  }
  const std::lock_guard lock(registry().mutex);
  --registry().libraries[path_].alive;
  registry().changed.notify_all();
}

Outcome<void> Library::initialise() {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV code = functions_->C_Initialize(&arguments);
  if (classify(code) == ReturnClass::success_like) {
    return {};
  }
  RAKKAN_HSM_CHECK(check(code, "C_Initialize"));
  initialised_by_us_ = true;
  return {};
}

Outcome<void> Library::reinitialise(std::uint64_t failed_generation) {
  const std::lock_guard owner(owner_mutex_);
  if (generation() != failed_generation) {
    return {};
  }
  if (!gate_.close(kDrainPatience)) {
    return failed(Error{ErrorCode::hsm_device_gone,
                        "calls that hang in the module keep it from being initialised again",
                        {},
                        std::nullopt,
                        {}});
  }
  if (initialised_by_us_) {
    // The answer is ignored: this function is here for modules that are not initialised, or whose device is gone.
    functions_->C_Finalize(nullptr);
  }
  Outcome<void> initialised = initialise();
  generation_.fetch_add(1, std::memory_order_release);
  gate_.open();
  return initialised;
}

bool Library::usable() const noexcept { return !in_child.load(std::memory_order_relaxed); }

bool Library::is_stopped(const std::string& serial) const {
  const std::lock_guard lock(registry().mutex);
  return registry().stopped.contains({path_, serial});
}

void Library::stop(const std::string& serial) noexcept {
  const std::lock_guard lock(registry().mutex);
  registry().stopped.emplace(path_, serial);
}

}  // namespace rakkan::hsm
