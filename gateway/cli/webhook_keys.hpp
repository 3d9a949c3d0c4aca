// [notification.webhooks.NAME]: keys whose names are the operator's own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/cli/config.hpp"

namespace torhaus::gateway::cli {

// Sets url, token, secret, ca_file or accounts of one webhook. Throws config_error.
void set_webhook(config&, const std::string& name, std::string_view field,
                 const std::vector<std::string>& values);

// TORHAUS_NOTIFICATION_WEBHOOKS_NAME_FIELD, '_' in NAME for '-'. False for any other variable.
bool set_webhook_variable(config&, std::string_view variable, const std::string& value);

// That every webhook leads somewhere. Throws config_error.
void check_webhooks(const config&);

}  // namespace torhaus::gateway::cli
