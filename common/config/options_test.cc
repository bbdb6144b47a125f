#include "common/config/options.h"

#include <gtest/gtest.h>

#include <functional>

namespace mamori::config {
namespace {

v1::Database Good() {
  v1::Database database;
  database.set_address("db:3306");
  database.set_user("mamori_intake");
  database.set_schema("mamori_intake");
  database.set_password_file("/run/secrets/password");
  database.set_tls_ca_file("/run/tls/ca.pem");
  return database;
}

TEST(CheckDatabase, NamesTheFieldThatIsWrong) {
  EXPECT_TRUE(CheckDatabase(Good()).ok());
  const struct {
    std::function<void(v1::Database&)> change;
    const char* field;
  } cases[] = {
      {[](auto& d) { d.clear_address(); }, "database.address"},
      {[](auto& d) { d.clear_user(); }, "database.user"},
      {[](auto& d) { d.clear_schema(); }, "database.schema"},
      {[](auto& d) { d.clear_password_file(); }, "database.password_file"},
      {[](auto& d) { d.set_max_connections(-1); }, "database.max_connections"},
      // A connection that anybody can read is never what was forgotten.
      {[](auto& d) { d.clear_tls_ca_file(); }, "database.tls_ca_file"},
      {[](auto& d) { d.set_plain(true); }, "database.plain"},
  };
  for (const auto& one : cases) {
    v1::Database database = Good();
    one.change(database);
    const absl::Status status = CheckDatabase(database);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << one.field;
    EXPECT_EQ(status.message().substr(0, status.message().find(':')), one.field);
  }
}

TEST(CheckOutbox, NamesTheFieldThatIsWrong) {
  EXPECT_TRUE(CheckOutbox({}).ok());
  const struct {
    std::function<void(v1::Outbox&)> change;
    const char* field;
  } cases[] = {
      {[](auto& o) { o.set_lease_seconds(-1); }, "outbox.lease_seconds"},
      {[](auto& o) { o.set_max_depth(-1); }, "outbox.max_depth"},
      // Every backlog would be too old, and a loop would never rest.
      {[](auto& o) { o.mutable_max_age(); }, "outbox.max_age"},
      {[](auto& o) { o.mutable_poll_interval(); }, "outbox.poll_interval"},
      {[](auto& o) { o.mutable_poll_interval()->set_seconds(-1); }, "outbox.poll_interval"},
  };
  for (const auto& one : cases) {
    v1::Outbox outbox;
    one.change(outbox);
    const absl::Status status = CheckOutbox(outbox);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << one.field;
    EXPECT_EQ(status.message().substr(0, status.message().find(':')), one.field);
  }
  v1::Outbox outbox;
  outbox.mutable_poll_interval()->set_nanos(1);
  EXPECT_TRUE(CheckOutbox(outbox).ok());
}

TEST(CheckDatabase, TakesNoTlsOnlyWhenToldSo) {
  v1::Database database = Good();
  database.clear_tls_ca_file();
  database.set_plain(true);
  EXPECT_TRUE(CheckDatabase(database).ok());
}

}  // namespace
}  // namespace mamori::config
