// A server and the rules side by side: each request is made of both, and what they answer is
// compared.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/model/conformance/steps.hpp"
#include "tests/model/conformance/store_world.hpp"

namespace torhaus::model {

// How often which step was answered how: "put 412 PreconditionFailed".
using census = std::map<std::string, std::uint64_t>;

class difference : public std::runtime_error {
  using runtime_error::runtime_error;
};

// Every function throws `difference` where the two do not say the same.
class side_by_side {
 public:
  // `where` and `counts` must outlive it. With `verbose` every request is in the log.
  side_by_side(store_world&, const setting& where, bool verbose, census* counts = nullptr);

  // Makes the buckets of the sequence.
  void begin();
  void one(const step&);
  // Everything once more: listings to their end, and every version by its id.
  void check_all();
  // The request that the step comes to at this moment, which is not made.
  std::optional<request> drawn(const step&);

  std::vector<std::string> log;
  std::uint64_t requests = 0;

 private:
  void create(const std::string& name, bool lock);
  void recreate(const step&);
  // What the server says, after it was compared.
  answer ask(const request&);
  // A listing to its end.
  void pages(request);

  store_world& world_;
  const setting& where_;
  reference rules_;
  bool verbose_;
  census* counts_;
  std::string doing_ = "begin";
};

struct run_outcome {
  std::string fault;  // empty: no difference
  std::vector<std::string> log;
  std::uint64_t requests = 0;
};

// Runs one sequence in buckets of its own.
run_outcome run_steps(store_world&, const setting&, const std::vector<step>&, bool verbose,
                      census* = nullptr);

}  // namespace torhaus::model
