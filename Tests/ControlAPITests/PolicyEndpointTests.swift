import Commands
import Events
import Foundation
import TestSupport
import Testing

struct PolicyEndpointTests {
    private static let llm = #"""
        {"policy":{"providers":["anthropic"],"models":[{"provider":"anthropic","model":"m1",
          "input_price_micro_usd":3000000,"output_price_micro_usd":15000000}],"monthly_budget_micro_usd":500000000,
          "run_token_limit":2000000,"retains_prompts":true},"reason":"they asked"}
        """#

    @Test func `operators set a policy, see it and take it back`() async throws {
        try await Office.run { (office) async throws in
            let path = "/control/orgs/\(try await office.found("acme"))/policies/llm"
            let before = try await office.send(.get, path)
            #expect(
                before.json["is_default"] == true && before.json["policy"]["models"].items.isEmpty,
                "\(before.text)"
            )
            #expect(before.json["is_in_force"] == true)
            let set = try await office.send(.put, path, Self.llm)
            #expect(set.status == 200, "\(set.text)")
            let after = try await office.send(.get, path).json
            #expect(after["policy"]["models"].items[0]["output_price_micro_usd"] == 15_000_000)
            #expect(after["policy"]["retains_prompts"] == true && after["reason"].text == "they asked")
            // Nobody relays here.
            #expect(after["is_default"] == false && after["is_in_force"] == false)
            let back = try await office.send(.delete, path)
            #expect(back.json["is_default"] == true && back.json["reason"] == .null)
        }
    }

    @Test(arguments: [
        ("vm", #"{"sizes":["s","s"],"max_machines":1,"idle_seconds":60,"lifetime_seconds":60,"egress_hosts":[]}"#),
        ("vm", #"{"sizes":["s"],"max_machines":-1,"idle_seconds":60,"lifetime_seconds":60,"egress_hosts":[]}"#),
        ("vm", #"{"sizes":["s"],"max_machines":1,"idle_seconds":90,"lifetime_seconds":60,"egress_hosts":[]}"#),
        ("vm", #"{"sizes":["s"],"max_machines":1,"idle_seconds":60,"lifetime_seconds":60,"egress_hosts":["a b"]}"#),
        ("vm", #"{"sizes":["s"],"max_machines":1,"idle_seconds":60,"lifetime_seconds":60,"egress_hosts":["*.com"]}"#),
        ("fs-cache", #"{"bytes":-1,"lifetime_seconds":60}"#),
        (
            "llm",
            #"{"providers":[],"models":[{"provider":"x","model":"y","input_price_micro_usd":1,"output_price_micro_usd":1}],"#
                + #""monthly_budget_micro_usd":1,"run_token_limit":1,"retains_prompts":false}"#
        ),
    ])
    func `what is no policy is refused and changes nothing`(kind: String, policy: String) async throws {
        try await Office.run { (office) async throws in
            let path = "/control/orgs/\(try await office.found("acme"))/policies/\(kind)"
            let refused = try await office.send(.put, path, #"{"policy":\#(policy),"reason":"x"}"#)
            #expect(refused.status == 422 && refused.code == "policy.invalid", "\(refused.text)")
            #expect(try await office.send(.get, path).json["is_default"] == true)
            #expect(try await office.send(.put, path, #"{"policy":{},"reason":"x"}"#).status == 400)
        }
    }
}
