// Before and after a load: the bucket is made when it is not there, and everything below the run's
// prefix goes again.
#pragma once

#include "gateway/bench/client.hpp"

namespace torhaus::gateway::bench {

class bucket_keeper {
 public:
  explicit bucket_keeper(const plan& p) : all_(p) {}

  // Both throw std::runtime_error with the server's answer.
  void make();
  // Objects, versions, unfinished uploads, and the bucket when make() made it.
  void remove();

 private:
  task<void> make_bucket(client& to);
  task<void> remove_all(client& to);
  task<void> remove_listed(client& to, std::string listing);
  task<void> abort_uploads(client& to);
  void run(task<void> (bucket_keeper::*step)(client&));

  const plan& all_;
  bool made_ = false;
};

}  // namespace torhaus::gateway::bench
