#include "gateway/s3/body/piece_line.hpp"

#include <stdexcept>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

namespace piece_line_test {

using namespace torhaus;
using gateway::s3::piece_line;
using step = piece_line::step;
using test::run_task;

namespace {

// What a step does with each piece: a letter in the log.
task<void> follow(piece_line& line, step before, step own, char letter, std::string& log) {
  for (std::size_t n = 0; co_await line.wait_for(before, n); ++n) {
    log += letter;
    log += static_cast<char>('0' + n);
    line.pass(own);
  }
}

task<std::string> three_pieces(std::size_t ahead) {
  piece_line line(co_await asio::this_coro::executor);
  std::string log;
  line.run(follow(line, step::received, step::hashed, 'h', log));
  line.run(follow(line, step::hashed, step::written, 'w', log));
  for (std::size_t n = 0; n < 3; ++n) {
    if (n >= ahead && !co_await line.wait_for(step::written, n - ahead)) log += "lost";
    log += 'r';
    log += static_cast<char>('0' + n);
    line.pass(step::received);
  }
  line.end_at(3);
  co_await line.all_ended();
  co_return line.outcome() ? log : "failed";
}

// What is left when the second step gives up at its second piece.
task<std::string> with_a_failure(bool thrown) {
  piece_line line(co_await asio::this_coro::executor);
  std::string log;
  line.run([](piece_line& of, bool throws) -> task<void> {
    for (std::size_t n = 0; co_await of.wait_for(step::received, n); ++n) {
      if (n == 1 && throws) throw std::runtime_error("thrown");
      if (n == 1) co_return of.fail(error(errc::bad_digest));
      of.pass(step::hashed);
    }
  }(line, thrown));
  line.run(follow(line, step::hashed, step::written, 'w', log));
  std::size_t n = 0;
  for (; n < 1 || co_await line.wait_for(step::written, n - 1); ++n) line.pass(step::received);
  line.fail(error(errc::slow_down));  // the first one counts
  co_await line.all_ended();
  log += ' ';
  try {
    log += code_of(line.outcome().error().code());
  } catch (const std::runtime_error& fault) {
    log += fault.what();
  }
  co_return log;
}

}  // namespace

TEST_CASE("pieces go through their steps in order, each as far as the one before it") {
  // With one piece at a time nothing is beside anything.
  CHECK(run_task(three_pieces(1)) == "r0h0w0r1h1w1r2h2w2");
  // With more, all are received before the first is hashed: nobody waited.
  CHECK(run_task(three_pieces(3)) == "r0r1r2h0h1h2w0w1w2");
}

TEST_CASE("what one step says or throws ends all") {
  CHECK(run_task(with_a_failure(false)) == "w0 BadDigest");
  CHECK(run_task(with_a_failure(true)) == "w0 thrown");
}

}  // namespace piece_line_test
