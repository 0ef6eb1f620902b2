#include "support/power_loss_file_system.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;

// "/data/" and "/data/./x" name what "/data" and "/data/x" do.
fs::path normal(const fs::path& path) {
  const fs::path result = path.lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

}  // namespace

class PowerLossFile final : public File {
 public:
  using Disk = PowerLossFileSystem;
  PowerLossFile(Disk& disk, Disk::NodePointer node, fs::path path, std::uint64_t generation)
      : disk_(&disk), node_(std::move(node)), path_(std::move(path)), generation_(generation) {}

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
    const std::scoped_lock lock(disk_->mutex_);
    RAKKAN_CHECK(disk_->check_power(generation_, path_));
    const ByteView all = node_->now;
    const ByteView rest = all.subspan(std::min<std::size_t>(offset, all.size()));
    const std::size_t size = std::min(rest.size(), out.size());
    std::copy_n(rest.begin(), size, out.begin());
    return size;
  }

  [[nodiscard]] Result<void> write_at(std::uint64_t offset, ByteView data) override {
    return change({0, false, offset, copy_of(data)}, "write " + std::to_string(data.size()) + " at");
  }
  [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
    return change({0, true, size, {}}, "truncate to");
  }

  [[nodiscard]] Result<void> sync() override {
    const std::scoped_lock lock(disk_->mutex_);
    RAKKAN_CHECK(disk_->check_power(generation_, path_));
    const auto verdict = disk_->begin("sync", path_);
    if (verdict == Disk::Verdict::power_cut) {
      return disk_->verdict_of(verdict, path_);
    }
    for (const Disk::Change& change : std::exchange(node_->unsynced, {})) {
      if (verdict == Disk::Verdict::goes || disk_->random_() % 2 == 0) {
        Disk::apply(node_->on_disk, change);
      }
    }
    return disk_->verdict_of(verdict, path_);
  }

  [[nodiscard]] Result<std::uint64_t> size() override {
    const std::scoped_lock lock(disk_->mutex_);
    RAKKAN_CHECK(disk_->check_power(generation_, path_));
    return node_->now.size();
  }

  // The disk is in one process's memory, so nobody else can hold the lock.
  [[nodiscard]] Result<bool> try_lock(std::uint64_t, std::uint64_t) override { return true; }

 private:
  [[nodiscard]] Result<void> change(Disk::Change change, const std::string& what) {
    const std::scoped_lock lock(disk_->mutex_);
    RAKKAN_CHECK(disk_->check_power(generation_, path_));
    const auto verdict = disk_->begin(what + " " + std::to_string(change.offset), path_);
    change.number = disk_->history_.size();
    if (verdict == Disk::Verdict::half_done) {
      change.data.resize(change.data.size() / 2);
    }
    const bool done = verdict == Disk::Verdict::goes || verdict == Disk::Verdict::power_cut ||
                      (verdict == Disk::Verdict::half_done && !change.data.empty());
    if (done) {
      Disk::apply(node_->now, change);
      node_->unsynced.push_back(std::move(change));
    }
    return disk_->verdict_of(verdict, path_);
  }

  Disk* disk_;
  Disk::NodePointer node_;
  fs::path path_;
  std::uint64_t generation_;
};

PowerLossFileSystem::PowerLossFileSystem() {
  auto root = std::make_shared<Node>();
  root->is_folder = true;
  now_["/"] = root;
  on_disk_["/"] = root;
}

PowerLossFileSystem::~PowerLossFileSystem() = default;

void PowerLossFileSystem::fail_at(std::uint64_t operation, Fault fault) {
  const std::scoped_lock lock(mutex_);
  fail_at_ = operation;
  fault_ = fault;
}

void PowerLossFileSystem::cut_power_at(std::uint64_t operation) {
  const std::scoped_lock lock(mutex_);
  cut_at_ = operation;
}

void PowerLossFileSystem::lose_power(std::uint64_t seed) {
  const std::scoped_lock lock(mutex_);
  random_.seed(seed);
  // The unsynced changes in the order of their operations, and which of them survive.
  struct Pending {
    std::uint64_t number;
    Node* node;
    const Change* change;
    const Naming* naming;
  };
  std::vector<Pending> pending;
  Names all = on_disk_;
  all.insert(now_.begin(), now_.end());
  for (const Naming& naming : unsynced_) {
    pending.push_back({naming.number, nullptr, nullptr, &naming});
    for (const auto& [path, node] : naming.names) {
      all.emplace(path.string() + "/" + std::to_string(naming.number), node);
    }
  }
  std::vector<Node*> nodes;
  for (const auto& [path, node] : all) {
    if (node != nullptr && std::find(nodes.begin(), nodes.end(), node.get()) == nodes.end()) {
      nodes.push_back(node.get());
      for (const Change& change : node->unsynced) {
        pending.push_back({change.number, node.get(), &change, nullptr});
      }
    }
  }
  std::sort(pending.begin(), pending.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  enum : std::uint64_t { none, every, the_first, any };
  const std::uint64_t mode = seed % 4;
  const std::size_t first = mode == the_first ? random_() % (pending.size() + 1) : pending.size();
  std::vector<Pending> surviving;
  for (std::size_t i = 0; i < first; ++i) {
    if (mode == every || mode == the_first || (mode == any && random_() % 2 == 0)) {
      surviving.push_back(pending[i]);
    }
  }
  for (std::size_t i = 0; i < surviving.size(); ++i) {
    const Pending& one = surviving[i];
    if (one.naming != nullptr) {
      apply(on_disk_, *one.naming);
      continue;
    }
    Change change = *one.change;
    if (i + 1 == surviving.size() && mode != every) {
      change.data.resize(random_() % (change.data.size() + 1));
    }
    apply(one.node->on_disk, change);
  }
  for (Node* node : nodes) {
    node->unsynced.clear();
    node->now = node->on_disk;
  }
  // A name whose folder did not survive is gone with it; paths are sorted, parents first.
  for (auto entry = on_disk_.begin(); entry != on_disk_.end();) {
    const bool orphan = entry->first != "/" && !on_disk_.contains(entry->first.parent_path());
    entry = orphan ? on_disk_.erase(entry) : std::next(entry);
  }
  unsynced_.clear();
  now_ = on_disk_;
  history_.push_back("-- power lost, seed " + std::to_string(seed));
  ++generation_;
  fail_at_ = 0;
  cut_at_ = 0;
}

std::uint64_t PowerLossFileSystem::operations() const {
  const std::scoped_lock lock(mutex_);
  return history_.size();
}

std::string PowerLossFileSystem::history(std::size_t lines) const {
  const std::scoped_lock lock(mutex_);
  std::string text;
  for (std::size_t i = history_.size() - std::min(lines, history_.size()); i < history_.size(); ++i) {
    text += std::to_string(i + 1) + " " + history_[i] + "\n";
  }
  return text;
}

Bytes PowerLossFileSystem::content(const fs::path& path) const {
  const std::scoped_lock lock(mutex_);
  const auto entry = now_.find(normal(path));
  return entry == now_.end() ? Bytes() : entry->second->now;
}

std::vector<fs::path> PowerLossFileSystem::files() const {
  const std::scoped_lock lock(mutex_);
  std::vector<fs::path> paths;
  for (const auto& [path, node] : now_) {
    if (!node->is_folder) {
      paths.push_back(path);
    }
  }
  return paths;
}

Result<std::unique_ptr<File>> PowerLossFileSystem::open(const fs::path& given, FileMode mode) {
  const std::scoped_lock lock(mutex_);
  const fs::path path = normal(given);
  const ErrorCode code = mode == FileMode::read ? ErrorCode::file_unreadable : ErrorCode::file_unwritable;
  RAKKAN_CHECK(check_power(generation_, path));
  auto entry = now_.find(path);
  if (entry != now_.end() && entry->second->is_folder) {
    return fail(code, "not a regular file", path.string());
  }
  if (entry == now_.end()) {
    if (mode != FileMode::create_or_modify || !now_.contains(path.parent_path())) {
      return fail(code, "cannot open: no such file or folder", path.string());
    }
    const Verdict verdict = begin("create", path);
    RAKKAN_CHECK(rename_into({{0, path.parent_path(), {{path, std::make_shared<Node>()}}}}, verdict, path));
    entry = now_.find(path);
  }
  return std::make_unique<PowerLossFile>(*this, entry->second, path, generation_);
}

Result<bool> PowerLossFileSystem::exists(const fs::path& given) {
  const std::scoped_lock lock(mutex_);
  RAKKAN_CHECK(check_power(generation_, given));
  return now_.contains(normal(given));
}

Result<void> PowerLossFileSystem::remove(const fs::path& given) {
  const std::scoped_lock lock(mutex_);
  const fs::path path = normal(given);
  RAKKAN_CHECK(check_power(generation_, path));
  if (!now_.contains(path)) {
    return {};
  }
  const Verdict verdict = begin("remove", path);
  return rename_into({{0, path.parent_path(), {{path, nullptr}}}}, verdict, path);
}

Result<void> PowerLossFileSystem::rename(const fs::path& given_from, const fs::path& given_to) {
  const std::scoped_lock lock(mutex_);
  const fs::path from = normal(given_from);
  const fs::path to = normal(given_to);
  RAKKAN_CHECK(check_power(generation_, from));
  const auto entry = now_.find(from);
  if (entry == now_.end() || entry->second->is_folder || !now_.contains(to.parent_path())) {
    return fail(ErrorCode::file_unwritable, "cannot rename: no such file or folder", from.string());
  }
  const Verdict verdict = begin("rename to " + to.string(), from);
  std::vector<Naming> namings;
  if (from.parent_path() == to.parent_path()) {
    namings = {{0, to.parent_path(), {{to, entry->second}, {from, nullptr}}}};
  } else {
    namings = {{0, to.parent_path(), {{to, entry->second}}}, {0, from.parent_path(), {{from, nullptr}}}};
  }
  return rename_into(std::move(namings), verdict, from);
}

Result<void> PowerLossFileSystem::make_folder(const fs::path& given) {
  const std::scoped_lock lock(mutex_);
  fs::path path;
  for (const fs::path& part : normal(given)) {
    path /= part;
    RAKKAN_CHECK(check_power(generation_, path));
    const auto entry = now_.find(path);
    if (entry != now_.end() && !entry->second->is_folder) {
      return fail(ErrorCode::file_unwritable, "cannot make the folder: not a folder", path.string());
    }
    if (entry == now_.end()) {
      auto folder = std::make_shared<Node>();
      folder->is_folder = true;
      const Verdict verdict = begin("make folder", path);
      RAKKAN_CHECK(rename_into({{0, path.parent_path(), {{path, std::move(folder)}}}}, verdict, path));
    }
  }
  return {};
}

Result<std::vector<std::string>> PowerLossFileSystem::list(const fs::path& given) {
  const std::scoped_lock lock(mutex_);
  const fs::path folder = normal(given);
  RAKKAN_CHECK(check_power(generation_, folder));
  std::vector<std::string> names;
  for (const auto& [path, node] : now_) {
    if (path != folder && path.parent_path() == folder) {
      names.push_back(path.filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> PowerLossFileSystem::sync_folder(const fs::path& given) {
  const std::scoped_lock lock(mutex_);
  const fs::path folder = normal(given);
  RAKKAN_CHECK(check_power(generation_, folder));
  if (const auto entry = now_.find(folder); entry == now_.end() || !entry->second->is_folder) {
    return fail(ErrorCode::file_unwritable, "cannot open the folder", folder.string());
  }
  const Verdict verdict = begin("sync folder", folder);
  if (verdict == Verdict::power_cut) {
    return verdict_of(verdict, folder);
  }
  std::vector<Naming> others;
  for (Naming& naming : unsynced_) {
    if (naming.folder != folder) {
      others.push_back(std::move(naming));
    } else if (verdict == Verdict::goes || random_() % 2 == 0) {
      apply(on_disk_, naming);
    }
  }
  unsynced_ = std::move(others);
  return verdict_of(verdict, folder);
}

PowerLossFileSystem::Verdict PowerLossFileSystem::begin(std::string what, const fs::path& path) {
  history_.push_back(std::move(what) + " " + path.string());
  const std::uint64_t number = history_.size();
  if (cut_at_ != 0 && number >= cut_at_) {
    return Verdict::power_cut;
  }
  if (number != fail_at_) {
    return Verdict::goes;
  }
  return fault_ == Fault::half_done ? Verdict::half_done : Verdict::refused;
}

Result<void> PowerLossFileSystem::verdict_of(Verdict verdict, const fs::path& path) const {
  switch (verdict) {
    case Verdict::goes:
      return {};
    case Verdict::refused:
    case Verdict::half_done:
      return fail(ErrorCode::file_unwritable, "no space left on device (a test's)", path.string());
    case Verdict::power_cut:
      break;
  }
  return fail(ErrorCode::file_unwritable, "the power is gone (a test's)", path.string());
}

Result<void> PowerLossFileSystem::rename_into(std::vector<Naming> namings, Verdict verdict, const fs::path& path) {
  if (verdict == Verdict::goes || verdict == Verdict::power_cut) {
    for (Naming& naming : namings) {
      naming.number = history_.size();
      apply(now_, naming);
      unsynced_.push_back(std::move(naming));
    }
  }
  return verdict_of(verdict, path);
}

// Fails for a file opened before the last power loss, and for everything after the operation that lost power.
Result<void> PowerLossFileSystem::check_power(std::uint64_t generation, const fs::path& path) const {
  if (generation != generation_ || (cut_at_ != 0 && history_.size() >= cut_at_)) {
    return fail(ErrorCode::file_unwritable, "the power is gone (a test's)", path.string());
  }
  return {};
}

void PowerLossFileSystem::apply(Bytes& bytes, const Change& change) {
  if (change.truncates) {
    bytes.resize(change.offset);
    return;
  }
  if (change.data.empty()) {
    return;
  }
  bytes.resize(std::max<std::size_t>(bytes.size(), change.offset + change.data.size()));
  std::copy(change.data.begin(), change.data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

void PowerLossFileSystem::apply(Names& names, const Naming& naming) {
  for (const auto& [path, node] : naming.names) {
    if (node == nullptr) {
      names.erase(path);
    } else {
      names[path] = node;
    }
  }
}

}  // namespace rakkan::test
