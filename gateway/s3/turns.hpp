// Turns of what keeps a connection thread busy for long: a page of a listing, a thousand deletes.
// Such requests begin one after the other, agency by agency, and between two of them the thread
// does all that has arrived for its other connections.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.hpp"
#include "storage/base/task.hpp"

namespace torhaus::gateway::s3 {

struct context;

// Who waits, in a line for each agency; the lines are served in turn. As long as there are requests
// in work at most.
class waiting_lines {
 public:
  using resume = std::function<void()>;

  void add(std::string_view account, resume);
  // The first of the next line; nothing when nobody waits.
  std::optional<resume> next();
  // Forgets all of them, as they are.
  void clear();

 private:
  using lines = std::map<std::string, std::deque<resume>, std::less<>>;
  lines lines_;                        // none is empty
  std::deque<lines::iterator> round_;  // each line once
};

// Returns when it is the account's turn on this thread; at once when nobody had one just before. A
// turn ends when the request waits for something else or is done, and is not given back. A request
// whose context ends while it waits is destroyed with it.
task<void> wait_for_turn(std::string_view account);

// Runs the operation's handler when it is its turn.
task<result<http::response>> run_in_turn(context&);

}  // namespace torhaus::gateway::s3
