// Issuers that do not answer: whoever asks them waits by himself.
#include "gateway/iam/issuer_documents.hpp"

#include <boost/asio/ip/tcp.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

namespace issuer_documents_test {

using namespace torhaus;
using gateway::iam::issuer_documents;
using steady = std::chrono::steady_clock;

namespace {

// Takes connections, as the system does for whoever listens, and never says a word.
struct silent_issuer {
  asio::io_context context;
  asio::ip::tcp::acceptor listening{
      context, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(listening.local_endpoint().port()) + "/keys";
  }
};

struct tally {
  unsigned at_once = 0;
  unsigned late = 0;
  std::vector<std::string> texts;
};

task<void> ask(issuer_documents& documents, std::string url, steady::time_point began, tally& all) {
  const auto got = co_await documents.get(std::move(url));
  if (got) throw std::logic_error("a silent issuer has spoken");
  ++(steady::now() - began < std::chrono::milliseconds(500) ? all.at_once : all.late);
  all.texts.emplace_back(got.error().message());
}

}  // namespace

TEST_CASE("what an issuer that hangs has no place for is refused at once") {
  silent_issuer issuer;
  issuer_documents documents("", std::chrono::seconds(1));
  tally all;
  asio::io_context context(1);
  const auto began = steady::now();
  for (std::size_t i = 0; i < issuer_documents::at_once + 3; ++i) {
    asio::co_spawn(context, ask(documents, issuer.url(), began, all), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  context.run();
  CHECK(all.at_once == 3);
  CHECK(all.late == issuer_documents::at_once);
  CHECK(steady::now() - began < std::chrono::seconds(5));
  CHECK(all.texts.front().starts_with("Too many identity providers"));
  // The places are free again.
  const auto later = test::run_task(documents.get("http://127.0.0.1:1/keys"));
  REQUIRE_FALSE(later);
  CHECK_FALSE(later.error().message().starts_with("Too many"));
}

}  // namespace issuer_documents_test
