#include "common/https/https.h"

#include "absl/strings/str_cat.h"

namespace mamori::https {
namespace {

constexpr long kTimeoutMillis = 5000;

}  // namespace

void Prepare(CURL* handle, const std::string& url, const std::string& ca_file) {
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kTimeoutMillis);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  if (ca_file.empty()) return;
  curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
}

absl::StatusOr<long> Perform(CURL* handle, std::string_view what) {
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    return absl::UnavailableError(
        absl::StrCat(absl::string_view(what.data(), what.size()), ": ", curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

}  // namespace mamori::https
