// What the clients' marks in a log allow a store to hold: for each key the acknowledged state and
// what was under way.
//
//   bucket NAME                    a bucket was acknowledged
//   begin CLIENT PLACE=STATE …     a change is sent; each of these may happen from now on
//   done CLIENT [VERSION]          it was acknowledged; VERSION is the id of a version it made
//   refused CLIENT                 it was answered with an error
//   upload BUCKET/KEY ID           an upload was acknowledged
//   part BUCKET/KEY ID N ETAG      so was a part of it
//   ending BUCKET/KEY ID           the upload is about to be completed or aborted
//
// PLACE is BUCKET/KEY, or BUCKET/KEY?VERSION, or BUCKET/KEY?+ for a new version. STATE is `-`
// (absent), `marker` (a delete marker) or SIZE:ETAG:SHA256.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace torhaus::faults {

class expectations {
 public:
  // Throws std::runtime_error for a line that is none of the above.
  void take(std::string_view line);

  static inline const std::string absent = "-";

  struct version {
    std::string id;
    std::string state;
  };
  struct upload {
    std::map<unsigned, std::string> parts;  // number, ETag
  };

  const std::set<std::string>& buckets() const { return buckets_; }
  // States that BUCKET/KEY may have now.
  std::set<std::string> possible(const std::string& place) const;
  // Every BUCKET/KEY that has or may have a state.
  std::set<std::string> places() const;
  // Acknowledged versions of BUCKET/KEY, oldest first.
  std::vector<version> versions(const std::string& place) const;
  // Versions of BUCKET/KEY that may have been made, and ids that may be gone.
  std::vector<std::string> possible_new_versions(const std::string& place) const;
  bool may_be_gone(const std::string& place, const std::string& version) const;
  std::set<std::string> versioned_places() const;
  // By "BUCKET/KEY ID".
  const std::map<std::string, upload>& uploads() const { return uploads_; }

 private:
  using change = std::pair<std::string, std::string>;  // PLACE, STATE
  void done(const std::string& client, const std::string& version);

  std::set<std::string> buckets_;
  std::map<std::string, std::string> objects_;  // acknowledged; absent ones are not in it
  std::map<std::string, std::vector<version>> versions_;
  std::map<std::string, std::vector<change>> open_;  // by client
  std::map<std::string, upload> uploads_;
};

}  // namespace torhaus::faults
