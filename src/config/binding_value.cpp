#include "config/bindings.hpp"

namespace rakkan::config {
namespace {

namespace fs = std::filesystem;

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

bool in_range(std::uint64_t number, const Range& range) { return number >= range.least && number <= range.most; }

std::optional<std::uint64_t> number_of(const Value& value, Form form) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return checked_cast<std::uint64_t>(*number);
  }
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && form == Form::size ? parse_size(*text) : std::nullopt;
}

std::optional<std::chrono::milliseconds> duration_of(const Value& value, const Range& range) {
  const auto* text = std::get_if<std::string>(&value);
  const auto duration = text != nullptr ? parse_duration(*text) : std::nullopt;
  return duration && in_range(static_cast<std::uint64_t>(duration->count()), range) ? duration : std::nullopt;
}

bool acceptable_text(const std::string& text, Form form, const Range& range) {
  if (!in_range(text.size(), range) || text.find('\0') != std::string::npos) {
    return false;
  }
  switch (form) {
    case Form::plain:
    case Form::size:
    case Form::file:
    case Form::names:
      return true;
    case Form::pattern:
      return text.find("{token}") != std::string::npos &&
             (text.find("{data_dir}") == std::string::npos || text.rfind("{data_dir}") == 0);
    case Form::place:
      return text.find("{data_dir}") == std::string::npos || text.rfind("{data_dir}") == 0;
    case Form::oid:
      return is_dotted_oid(text);
  }
  return false;
}

bool is_path(Form form) noexcept { return form == Form::file || form == Form::pattern || form == Form::place; }

std::string resolved(const std::string& path, const fs::path& folder, Form form) {
  const bool placed = path.empty() || path.front() == '/' || (form != Form::file && path.starts_with("{data_dir}"));
  if (placed || folder.empty()) {
    return path;
  }
  const fs::path whole = (folder / path).lexically_normal();
  const bool ends_with_slash = whole.filename().empty() && whole.has_relative_path();  // as "." becomes "folder/"
  return (ends_with_slash ? whole.parent_path() : whole).string();
}

template <class T>
std::string type_text(const Range& range, Form form) {
  const auto limits = [&](auto text_of) {
    return text_of(range.least) + (range.most == Range{}.most ? std::string(" or more") : " to " + text_of(range.most));
  };
  const auto plain = [](std::uint64_t number) { return std::to_string(number); };
  const auto duration = [](std::uint64_t number) {
    return duration_text(std::chrono::milliseconds(static_cast<std::int64_t>(number)));
  };
  if constexpr (std::is_same_v<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_same_v<T, unsigned> || std::is_same_v<T, std::uint64_t>) {
    return form == Form::size ? "size, " + limits(size_text) : "integer, " + limits(plain);
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return "duration, " + limits(duration);
  } else if constexpr (std::is_same_v<T, std::chrono::seconds>) {
    return "duration in whole seconds, " + limits(duration);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return form == Form::oid ? "list of OIDs" : form == Form::names ? "list of names, or one name" : "list of texts";
  } else {
    switch (form) {
      case Form::file:
        return "path";
      case Form::pattern:
        return "path with {token} in it, and {data_dir} only at its start";
      case Form::place:
        return "path, {data_dir} only at its start";
      case Form::oid:
        return "OID";
      case Form::plain:
      case Form::size:
      case Form::names:
        return "text, " + limits(plain) + " bytes";
    }
    return {};
  }
}

}  // namespace

template <class Owner>
Kind kind(const Binding<Owner>& binding) {
  return std::visit(
      []<class T>(Reach<Owner, T>) {
        if constexpr (std::is_same_v<T, bool>) {
          return Kind::flag;
        } else if constexpr (std::is_same_v<T, unsigned> || std::is_same_v<T, std::uint64_t>) {
          return Kind::number;
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          return Kind::list;
        } else {
          return Kind::text;
        }
      },
      binding.member);
}

template <class Owner>
std::string expectation(const Binding<Owner>& binding) {
  return std::visit([&]<class T>(Reach<Owner, T>) { return type_text<T>(binding.range, binding.form); },
                    binding.member);
}

template <class Owner>
Result<void> assign(const Binding<Owner>& binding, Owner& owner, const Value& value, const fs::path& folder) {
  const auto number = [&](auto& member) {
    using T = std::remove_reference_t<decltype(member)>;
    const auto wide = number_of(value, binding.form);
    const auto narrow = wide && in_range(*wide, binding.range) ? checked_cast<T>(*wide) : std::nullopt;
    if (narrow) {
      member = *narrow;
    }
    return narrow.has_value();
  };
  const auto text = [&](auto& member) {
    const auto* given = std::get_if<std::string>(&value);
    const bool good = given != nullptr && acceptable_text(*given, binding.form, binding.range);
    if (good) {
      member = is_path(binding.form) ? resolved(*given, folder, binding.form) : *given;
    }
    return good;
  };
  const auto put = Overloaded{
      [&](bool& member) {
        const auto* given = std::get_if<bool>(&value);
        if (given != nullptr) {
          member = *given;
        }
        return given != nullptr;
      },
      [&](unsigned& member) { return number(member); },
      [&](std::uint64_t& member) { return number(member); },
      [&](std::string& member) { return text(member); },
      [&](fs::path& member) { return text(member); },
      [&](std::chrono::milliseconds& member) {
        const auto given = duration_of(value, binding.range);
        member = given.value_or(member);
        return given.has_value();
      },
      [&](std::chrono::seconds& member) {
        const auto given = duration_of(value, binding.range);
        const bool whole = given && given->count() % 1'000 == 0;
        member = whole ? std::chrono::duration_cast<std::chrono::seconds>(*given) : member;
        return whole;
      },
      [&](std::vector<std::string>& member) {
        const auto* list = std::get_if<std::vector<std::string>>(&value);
        const auto* single = std::get_if<std::string>(&value);
        if (list == nullptr && (single == nullptr || binding.form != Form::names)) {
          return false;
        }
        std::vector<std::string> given;
        if (list != nullptr) {
          given = *list;
        } else if (!single->empty()) {  // the empty text was the word for "none" as long as a role had one name
          given = {*single};
        }
        for (const std::string& one : given) {
          if (!acceptable_text(one, binding.form, binding.range)) {
            return false;
          }
        }
        member = std::move(given);
        return true;
      },
  };
  if (!std::visit([&](auto reach) { return put(reach(owner)); }, binding.member)) {
    return fail(ErrorCode::configuration_invalid, "must be " + expectation(binding));
  }
  return {};
}

template <class Owner>
std::string value_text(const Binding<Owner>& binding, const Owner& owner) {
  const auto number = [&](std::uint64_t value) {
    if (binding.form == Form::size) {
      const std::string text = size_text(value);
      return text.back() == 'B' ? toml_string(text) : text;
    }
    return std::to_string(value);
  };
  const auto show = Overloaded{
      [](const bool& member) { return std::string(member ? "true" : "false"); },
      [&](const unsigned& member) { return number(member); },
      [&](const std::uint64_t& member) { return number(member); },
      [](const std::string& member) { return toml_string(member); },
      [](const fs::path& member) { return toml_string(member.string()); },
      [](const std::chrono::milliseconds& member) { return toml_string(duration_text(member)); },
      [](const std::chrono::seconds& member) { return toml_string(duration_text(member)); },
      [](const std::vector<std::string>& member) {
        std::string list = "[";
        for (const std::string& one : member) {
          list += (list.size() > 1 ? ", " : "") + toml_string(one);
        }
        return list + "]";
      },
  };
  // The function of a row takes an owner that may be changed; here the member is only read.
  return std::visit([&](auto reach) { return show(reach(const_cast<Owner&>(owner))); }, binding.member);
}

template Kind kind(const Binding<Configuration>&);
template Kind kind(const Binding<service::TsaProfile>&);
template Kind kind(const Binding<service::EvidenceFreshness>&);
template std::string expectation(const Binding<Configuration>&);
template std::string expectation(const Binding<service::TsaProfile>&);
template std::string expectation(const Binding<service::EvidenceFreshness>&);
template Result<void> assign(const Binding<Configuration>&, Configuration&, const Value&, const fs::path&);
template Result<void> assign(const Binding<service::TsaProfile>&, service::TsaProfile&, const Value&, const fs::path&);
template Result<void> assign(const Binding<service::EvidenceFreshness>&, service::EvidenceFreshness&, const Value&,
                             const fs::path&);
template std::string value_text(const Binding<Configuration>&, const Configuration&);
template std::string value_text(const Binding<service::TsaProfile>&, const service::TsaProfile&);
template std::string value_text(const Binding<service::EvidenceFreshness>&, const service::EvidenceFreshness&);

}  // namespace rakkan::config
