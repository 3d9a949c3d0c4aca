// Plays programs against a server in process, and says what is wrong with what it did.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tests/fuzz/requests/book.hpp"
#include "tests/fuzz/requests/exchange.hpp"
#include "tests/model/conformance/side_by_side.hpp"

namespace torhaus::fuzz {

class stage {
 public:
  stage();

  // Empty: nothing is wrong. Otherwise what, with the calls that led there.
  std::string play(const program&);

 private:
  std::string play_calls(const program&);
  std::string one(const call&, model::side_by_side&, const std::string& mark, names&);
  std::string broken(const call&, model::side_by_side&);
  std::string free(const call&, const std::string& mark, names&);
  // Sends it, keeps what is to be found in the audit, and looks at what holds for every answer.
  struct seen {
    model::wire_answer answer;
    std::string code;
    std::string fault;
  };
  seen send(const model::wire_request&);
  std::string left_behind();

  book book_;
  std::unique_ptr<model::store_world> world_;
  std::uint64_t played_ = 0;
  std::string told_;
};

}  // namespace torhaus::fuzz
