#include "rakkan/audit/note.hpp"

#include <gmock/gmock.h>

#include "rakkan/audit/checkpoint.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::audit {
namespace {

using test::FailsWith;
using test::IsOk;

// From the documentation of Go's golang.org/x/mod/sumdb/note (package example): a key and a note signed by it.
constexpr std::string_view kGoKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kGoText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kGoNote =
    kGoText +
    "\n\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgK"
    "vqfqdngotpRZb6KE6RyyBwJnAM=\n";

struct LogKey {
  explicit LogKey(const std::string& name = "log.example/trail")
      : signer(crypto::SoftwareMessageSigner::generate().value()),
        verifier(VerifierKey::create(name, signer.public_key()).value()) {}
  [[nodiscard]] std::string sign(std::string_view text) { return sign_note(text, verifier, signer).value(); }
  crypto::SoftwareMessageSigner signer;
  VerifierKey verifier;
};

TEST(Note, GosExampleVerifies) {
  ASSERT_OK_AND_ASSIGN(const VerifierKey key, VerifierKey::parse(kGoKey));
  EXPECT_EQ(key.name(), "PeterNeumann");
  EXPECT_EQ(key.text(), kGoKey);
  ASSERT_OK_AND_ASSIGN(Note note, Note::parse(kGoNote));
  EXPECT_EQ(note.text, kGoText);
  EXPECT_EQ(note.encode(), kGoNote);
  EXPECT_THAT(note.verify(key), IsOk());
  note.text.front() = 'i';
  EXPECT_THAT(note.verify(key), FailsWith(ErrorCode::signature_invalid));
}

TEST(Note, SignedByUsItIsReadBackAndVerifies) {
  LogKey key;
  const std::string note = key.sign("契約\n");
  ASSERT_OK_AND_ASSIGN(const Note parsed, Note::parse(note));
  EXPECT_EQ(parsed.text, "契約\n");
  EXPECT_THAT(parsed.verify(key.verifier), IsOk());
  EXPECT_THAT(parsed.verify(LogKey().verifier), FailsWith(ErrorCode::signature_invalid));
  ASSERT_OK_AND_ASSIGN(const VerifierKey again, VerifierKey::parse(key.verifier.text()));
  EXPECT_THAT(parsed.verify(again), IsOk());
}

TEST(Note, SignaturesOfOthersArePassedOver) {
  LogKey key;
  LogKey witness("witness.example");
  ASSERT_OK_AND_ASSIGN(Note note, Note::parse(key.sign("text\n")));
  ASSERT_OK_AND_ASSIGN(const Note other, Note::parse(witness.sign("another text\n")));
  note.signatures.insert(note.signatures.begin(), other.signatures.front());
  ASSERT_OK_AND_ASSIGN(const Note both, Note::parse(note.encode()));
  EXPECT_THAT(both.verify(key.verifier), IsOk());
  EXPECT_THAT(both.verify(witness.verifier), FailsWith(ErrorCode::signature_invalid));
}

TEST(Note, OneGoodSignatureDoesNotExcuseABadOneOfTheSameKey) {
  LogKey key;
  ASSERT_OK_AND_ASSIGN(Note note, Note::parse(key.sign("text\n")));
  note.signatures.push_back(note.signatures.front());
  note.signatures.back().signature.back() ^= 1;
  EXPECT_THAT(note.verify(key.verifier), FailsWith(ErrorCode::signature_invalid));
}

TEST(Note, WhatIsNoNoteIsRefused) {
  LogKey key;
  const std::string good = key.sign("text\n");
  const std::string signature = good.substr(good.find("\n\n") + 2);
  std::string many = "text\n\n";
  for (std::size_t i = 0; i <= Note::kMaxSignatures; ++i) {
    many += signature;
  }
  const std::string bad[] = {
      "",
      "text\n",
      "text\n\n",
      "\n\n" + signature,
      "text\n" + signature,
      good.substr(0, good.size() - 1),
      good + "\n",
      good + "more\n",
      "te\rxt\n\n" + signature,
      std::string("te\0xt\n\n", 7) + signature,
      "te\xFFxt\n\n" + signature,
      "te\xED\xA0\x80xt\n\n" + signature,
      "text\n\n- " + signature.substr(4),
      "text\n\n\xE2\x80\x94  " + signature.substr(4),
      "text\n\n\xE2\x80\x94 name AAAA\n",
      "text\n\n\xE2\x80\x94 a+b " + signature.substr(signature.rfind(' ') + 1),
      many,
      std::string(Note::kMaxSize, 'x') + "\n\n" + signature,
  };
  ASSERT_THAT(Note::parse(good), IsOk());
  for (const std::string& note : bad) {
    EXPECT_THAT(Note::parse(note), FailsWith(ErrorCode::malformed_note)) << note.substr(0, 200);
  }
}

TEST(VerifierKey, WhatIsNoKeyIsRefused) {
  ASSERT_THAT(VerifierKey::parse(kGoKey), IsOk());
  for (const std::string_view text : {"", "PeterNeumann", "PeterNeumann+c74f20a3",
                                      "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
                                      "LDE4izWy10TW",
                                      "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "PeterNeumann+c74f20+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    EXPECT_THAT(VerifierKey::parse(text), FailsWith(ErrorCode::malformed_note)) << text;
  }
  EXPECT_THAT(VerifierKey::parse("PeterNeumann+c74f20a3+AhpcAA=="), FailsWith(ErrorCode::unsupported_algorithm));
}

TEST(VerifierKey, ANameWithBlanksOrPlusIsRefused) {
  const LogKey key;
  for (const std::string name : {"", "a b", "a+b", "a\nb",
                                 "a\xE3\x80\x80"
                                 "b",
                                 "a\xFF"}) {
    EXPECT_THAT(VerifierKey::create(name, key.signer.public_key()), FailsWith(ErrorCode::invalid_argument)) << name;
  }
  EXPECT_THAT(VerifierKey::create("ログ.example/検査", key.signer.public_key()), IsOk());
}

constexpr std::string_view kRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

TEST(Checkpoint, IsReadBackAsWritten) {
  const std::string text = "log.example/trail\n20852163\n" + std::string(kRoot) + "\nan extension\n";
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint, Checkpoint::parse(text));
  EXPECT_EQ(checkpoint.origin, "log.example/trail");
  EXPECT_EQ(checkpoint.tree.size, 20852163U);
  EXPECT_EQ(checkpoint.tree.root, empty_root());
  EXPECT_THAT(checkpoint.extensions, testing::ElementsAre("an extension"));
  EXPECT_EQ(checkpoint.encode(), text);
}

TEST(Checkpoint, WhatIsNoneIsRefused) {
  const std::string root(kRoot);
  for (const std::string& text :
       {std::string(), "\n1\n" + root + "\n", "log\n\n" + root + "\n", "log\n01\n" + root + "\n",
        "log\n-1\n" + root + "\n", "log\n+1\n" + root + "\n", "log\n1 \n" + root + "\n",
        "log\n18446744073709551616\n" + root + "\n", "log\n1\n" + root, "log\n1\n" + root.substr(4) + "\n",
        std::string("log\n1\n\n"), "log\n1\n" + root + "\n\n", "log\n1\n" + root + "\nx"}) {
    EXPECT_THAT(Checkpoint::parse(text), FailsWith(ErrorCode::malformed_note)) << text;
  }
}

TEST(Checkpoint, OfAnotherLogByTheSameKeyIsAMismatch) {
  LogKey key;
  EXPECT_THAT(open_checkpoint(key.sign("log.example/trail\n0\n" + std::string(kRoot) + "\n"), key.verifier), IsOk());
  EXPECT_THAT(open_checkpoint(key.sign("log.example/tokens\n0\n" + std::string(kRoot) + "\n"), key.verifier),
              FailsWith(ErrorCode::audit_log_mismatch));
}

}  // namespace
}  // namespace rakkan::audit
