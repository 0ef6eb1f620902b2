// A timestamp authority on a loopback port which can misbehave in the ways that a client must survive.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "rakkan/tsp/tsu.hpp"
#include "support/ber.hpp"
#include "support/eventually.hpp"
#include "support/loopback_server.hpp"
#include "support/unjournaled_tsu.hpp"

namespace rakkan::test {

enum class TsaBehaviour {
  good,
  ber,               // a good answer, its token in BER as written in a stream
  hang,              // reads the request and never answers
  trickle,           // a byte of the answer every 50 ms
  oversize,          // an endless body
  garbage,           // 200 and the right type, but no TimeStampResp
  wrong_type,        // a good answer as text/html
  wrong_nonce,       // a good token for the same imprint with another nonce
  wrong_imprint,     // a good token for another imprint
  broken_signature,  // the last bit of the token flipped
  rejection,         // a TimeStampResp with status 2 and failInfo
  server_error,      // HTTP 500
  closes_early,      // closes after the request, without a byte
  redirect,          // HTTP 302 to another path of this server, where good answers are
};

class LoopbackTsa {
 public:
  explicit LoopbackTsa(std::shared_ptr<tsp::Tsu> tsu, TsaBehaviour behaviour = TsaBehaviour::good)
      : tsu_(std::move(tsu)), behaviour_(behaviour), server_([this](const auto& exchange) { answer(exchange); }) {}

  [[nodiscard]] std::string url() const { return server_.url() + "/tsa"; }
  [[nodiscard]] int requests() const noexcept { return server_.requests(); }
  // Head of the last request: request line and header fields.
  [[nodiscard]] std::string last_head() const {
    const std::lock_guard lock(mutex_);
    return last_head_;
  }
  // From the next connection on.
  void behave(TsaBehaviour behaviour) noexcept { behaviour_ = behaviour; }

 private:
  void answer(const LoopbackExchange& client) {
    {
      const std::lock_guard lock(mutex_);
      last_head_ = client.head;
    }
    const bool redirected = client.head.find(" /elsewhere ") != std::string::npos;
    respond(client, redirected ? TsaBehaviour::good : behaviour_.load());
  }

  void respond(const LoopbackExchange& client, TsaBehaviour behaviour) {
    const ByteView query = client.body;
    switch (behaviour) {
      case TsaBehaviour::good:
        return send_reply(client, test::respond(*tsu_, query));
      case TsaBehaviour::ber:
        return send_reply(client, with_streamed_token(test::respond(*tsu_, query)));
      case TsaBehaviour::hang:
        return client.wait_for_close();
      case TsaBehaviour::trickle:
        return trickle(client, test::respond(*tsu_, query));
      case TsaBehaviour::oversize:
        return send_endlessly(client);
      case TsaBehaviour::garbage:
        return send_reply(client, bytes_of("これはトークンではない"));
      case TsaBehaviour::wrong_type:
        return send_reply(client, test::respond(*tsu_, query), "text/html");
      case TsaBehaviour::wrong_nonce:
        return send_reply(client, respond_to_changed(query, [](auto& r) { r.nonce->back() ^= 0x01U; }));
      case TsaBehaviour::wrong_imprint:
        return send_reply(client,
                          respond_to_changed(query, [](auto& r) { r.message_imprint.hashed_message.back() ^= 1U; }));
      case TsaBehaviour::broken_signature: {
        Bytes reply = test::respond(*tsu_, query);
        reply.back() ^= 0x01U;
        return send_reply(client, reply);
      }
      case TsaBehaviour::rejection:
        return send_reply(client, tsp::encode_rejection({2, PkiFailureInfo::time_not_available, "clock\x1b[31m lost"}));
      case TsaBehaviour::server_error:
        client.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
        return;
      case TsaBehaviour::closes_early:
        return;
      case TsaBehaviour::redirect:
        client.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        return;
    }
  }

  template <class Change>
  Bytes respond_to_changed(ByteView query, const Change& change) {
    auto request = tsp::TimestampRequest::parse(query);
    if (!request || !request->nonce) {
      return test::respond(*tsu_, query);
    }
    change(*request);
    return test::respond(*tsu_, request->encode());
  }

  static std::string head_of(std::size_t size, std::string_view type) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: " + std::to_string(size) +
           "\r\nConnection: close\r\n\r\n";
  }

  static void send_reply(const LoopbackExchange& client, ByteView body,
                         std::string_view type = "application/timestamp-reply") {
    client.send(head_of(body.size(), type));
    client.send(text_of(body));
  }

  static void trickle(const LoopbackExchange& client, ByteView body) {
    client.send(head_of(body.size(), "application/timestamp-reply"));
    for (std::size_t i = 0; i < body.size() && !client.stopping(); ++i) {
      if (!client.send(text_of(body.subspan(i, 1)))) {
        return;
      }
      let_pass(std::chrono::milliseconds{50});
    }
  }

  static void send_endlessly(const LoopbackExchange& client) {
    client.send("HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nConnection: close\r\n\r\n");
    const std::string part(4096, '0');
    while (!client.stopping() && client.send(part)) {
    }
  }

  std::shared_ptr<tsp::Tsu> tsu_;
  std::atomic<TsaBehaviour> behaviour_;
  mutable std::mutex mutex_;
  std::string last_head_;
  LoopbackServer server_;  // last: its thread uses the others
};

}  // namespace rakkan::test
