// A signature comes back byte for byte, whatever its tail has of certificates, and nothing is left of one that is gone.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/store/store.hpp"
#include "store/stored_tail.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

using Certificate = std::shared_ptr<const SharedCertificate>;
using Form = CertificateStretch::Form;

// All alike from the first case on.
template <class T>
T any_in(T first, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(first, end));
}

Bytes any_bytes(std::size_t most) {
  Bytes bytes(any_in<std::size_t>(0, most + 1));
  const auto seed = any_in<std::uint32_t>(0, 1'000'000);
  std::uint32_t value = seed;
  for (Byte& byte : bytes) {
    value = value * 1'664'525 + 1'013'904'223;
    byte = static_cast<Byte>(value >> 24);
  }
  return bytes;
}

// Certificates of one world: several sizes, some with a beginning in common; each names itself.
std::vector<Certificate> certificates() {
  std::vector<Certificate> all;
  for (int i = 0; i < 6; ++i) {
    auto one = std::make_shared<SharedCertificate>();
    one->sha256.fill(static_cast<Byte>(0xA0 + i));
    one->der = copy_of(bytes_of("<certificate no. " + std::to_string(i) + ">"));
    one->der.resize(static_cast<std::size_t>(40 + 700 * (i / 2)), Byte{0x30});
    all.push_back(std::move(one));
  }
  return all;
}

struct Made {
  Bytes tail;
  std::vector<CertificateStretch> stretches;
  std::set<std::size_t> named;  // the certificates in it
};

// A tail of its own bytes and certificates, as DER or as digits; some of the stretches lie about the place.
Made any_tail(const std::vector<Certificate>& all) {
  Made made;
  const auto count = any_in<std::size_t>(0, 6);
  for (std::size_t i = 0; i < count; ++i) {
    append(made.tail, any_bytes(300));
    const auto number = any_in<std::size_t>(0, all.size());
    const Form form = any_in(0, 2) == 0 ? Form::der : Form::hex;
    CertificateStretch stretch{made.tail.size(), form, all[number]};
    const int lie = any_in(0, 8);
    if (lie == 0) {
      stretch.at += any_in<std::uint64_t>(1, 3'000);  // elsewhere, or behind the end
    } else if (lie == 1) {
      stretch.form = form == Form::der ? Form::hex : Form::der;
    } else {
      made.named.insert(number);
    }
    made.stretches.push_back(stretch);
    if (form == Form::hex) {
      append(made.tail, std::string_view(to_hex(all[number]->der)));
    } else {
      append(made.tail, all[number]->der);
    }
  }
  append(made.tail, any_bytes(300));
  if (!made.stretches.empty() && any_in(0, 4) == 0) {
    made.stretches.push_back(made.stretches.front());  // twice, and out of order
  }
  return made;
}

RC_GTEST_PROP(StoredTail, IsTheTailAgain, ()) {
  const std::vector<Certificate> all = certificates();
  const Made made = any_tail(all);
  std::vector<StretchReference> references;
  std::uint64_t end = 0;
  for (const CertificateStretch& stretch : made.stretches) {
    if (stretch.at >= end && stands_in(made.tail, stretch)) {
      references.push_back({stretch, any_in<std::uint64_t>(1, std::uint64_t{1} << 62)});
      end = end_of(stretch);
    }
  }
  const Bytes stored = encode_tail(made.tail, references);
  std::map<std::uint64_t, Bytes> ders;
  std::vector<std::uint64_t> numbers;
  for (const auto& [stretch, number] : references) {
    ders[number] = stretch.certificate->der;
    numbers.push_back(number);
  }
  const auto read = [&](std::uint64_t number) -> Result<Bytes> { return ders.at(number); };
  RC_ASSERT(decode_tail(stored, read).value() == made.tail);
  RC_ASSERT(certificates_of(stored).value() == numbers);
}

RC_GTEST_PROP(StoredTail, OfAnyBytesIsATailOrCorrupt, (Bytes stored)) {
  const auto read = [&](std::uint64_t) -> Result<Bytes> { return Bytes(10, Byte{1}); };
  const auto tail = decode_tail(stored, read);
  RC_ASSERT((tail.has_value() || tail.error().code == ErrorCode::store_corrupt));
}

std::size_t times(ByteView where, ByteView what) {
  std::size_t count = 0;
  const std::string_view text = text_of(where);
  for (std::size_t at = text.find(text_of(what)); at != std::string_view::npos; at = text.find(text_of(what), at + 1)) {
    ++count;
  }
  return count;
}

// A few signatures in a store, through commits that fail, erasures, releases and openings in any order.
RC_GTEST_PROP(StoredTail, ComesBackFromTheStoreAndItsCertificatesGoWithTheLastOfThem, ()) {
  const std::vector<Certificate> all = certificates();
  const test::TemporaryFolder folder(test::memory_folder());
  std::unique_ptr<Store> store = open_sqlite(folder.path()).value();
  std::map<std::uint64_t, Made> kept;
  std::uint64_t next = 0;
  const auto row_of = [](std::uint64_t number, const Made& made) {
    return SignatureRow{SignatureId("sig_" + std::to_string(number)),
                        TenantId("t"),
                        CredentialId("op"),
                        2 * number,
                        2 * number + 1,
                        Instant(std::chrono::seconds(5)),
                        "{}",
                        made.tail,
                        made.stretches};
  };
  const auto steps = any_in(1, 12);
  for (int step = 0; step < steps; ++step) {
    const int kind = any_in(0, 9);
    if (kind < 4) {
      Additions additions;
      std::map<std::uint64_t, Made> added;
      const auto count = any_in(1, 4);
      for (int i = 0; i < count; ++i) {
        Made made = any_tail(all);
        additions.changes.emplace_back(row_of(next, made));
        added.emplace(next++, std::move(made));
      }
      if (kind == 0) {
        additions.changes.push_back(additions.changes.front());
        RC_ASSERT(store->commit(additions).error().code == ErrorCode::already_exists);
        continue;
      }
      RC_ASSERT(store->commit(additions).has_value());
      for (auto& [number, made] : added) {
        kept.emplace(number, std::move(made));
      }
    } else if (kind < 7 && !kept.empty()) {
      auto victim = kept.begin();
      std::advance(victim, any_in<std::ptrdiff_t>(0, std::ssize(kept)));
      // By its intent, by its outcome, or by both.
      RecordErasure erasure{{2 * victim->first + any_in<std::uint64_t>(0, 2)}};
      erasure.indexes.push_back(2 * victim->first + any_in<std::uint64_t>(0, 2));
      RC_ASSERT(store->commit({.changes = {erasure}}).has_value());
      kept.erase(victim);
    } else if (kind == 8) {
      RC_ASSERT(store->release_entries(Journal::trail, next).has_value());  // which counts the certificates
    } else {
      store.reset();
      store = open_sqlite(folder.path()).value();
    }
  }
  RC_ASSERT(store->purge().has_value());
  for (const auto& [number, made] : kept) {
    RC_ASSERT(store->signature(SignatureId("sig_" + std::to_string(number)))->tail == made.tail);
  }
  const Bytes file = read_file(folder.path() / "rakkan.db", 1 << 28).value();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto has = [&](const auto& one) { return one.second.named.contains(i); };
    const bool referred = std::any_of(kept.begin(), kept.end(), has);
    // Its name alone: a longer one stands in several pages, and one that a stretch lied about stands in a tail too.
    const std::string name = "<certificate no. " + std::to_string(i) + ">";
    const auto lied = [&](const auto& one) {
      return times(one.second.tail, bytes_of(name)) + times(one.second.tail, bytes_of(to_hex(bytes_of(name)))) > 0;
    };
    const bool somewhere = std::any_of(kept.begin(), kept.end(), lied);
    RC_ASSERT((!referred || times(file, bytes_of(name)) >= 1));
    RC_ASSERT((somewhere || times(file, bytes_of(name)) == 0));
  }
}

}  // namespace
}  // namespace rakkan::store
