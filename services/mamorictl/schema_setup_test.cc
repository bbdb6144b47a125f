#include "services/mamorictl/schema_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mamori::ctl {
namespace {

using testing::ElementsAre;

TEST(GrantStatements, PutsTheNamesIn) {
  const auto statements = GrantStatements(
      "-- what it may do; and why\nGRANT SELECT, INSERT ON {schema}.report TO {user};\n\n"
      "GRANT SELECT\n  ON {schema}.lease TO {user};\n",
      "mamori_intake", "reader");
  ASSERT_TRUE(statements.ok()) << statements.status();
  EXPECT_THAT(*statements, ElementsAre("GRANT SELECT, INSERT ON mamori_intake.report TO reader@'%'",
                                       "GRANT SELECT\n  ON mamori_intake.lease TO reader@'%'"));
}

TEST(GrantStatements, RefusesWhatReachesFurther) {
  for (const char* text :
       {"DROP TABLE {schema}.report;", "GRANT SELECT ON other.report TO {user};",
        "GRANT SELECT ON {schema}.report TO somebody;", "GRANT ALL ON *.* TO {user};",
        "GRANT SELECT ON {schema}.report TO {user} WITH GRANT OPTION;"}) {
    EXPECT_EQ(GrantStatements(text, "s", "u").status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(SqlText, KeepsQuotesInside) { EXPECT_EQ(SqlText("a'b\\c"), "'a''b\\\\c'"); }

TEST(CreateSchemaAndUser, RefusesNamesThatAreNoIdentifiers) {
  SchemaSetup setup;
  setup.user = "u";
  for (const char* schema : {"", "a b", "a`b", "a;b", "a.b"}) {
    setup.schema = schema;
    EXPECT_EQ(CreateSchemaAndUser(setup).code(), absl::StatusCode::kInvalidArgument) << schema;
  }
}

}  // namespace
}  // namespace mamori::ctl
