import Mail
import NIOCore
import Testing

@testable import struct Mail.SMTPConversation

struct MailAddressTests {
    @Test(
        arguments: [
            "ada@example.org", "a@b.co", "ada.love+lace@mail.example.org", "o'brien!#$%&*/=?^_`{|}~-@example.org",
            "ADA@EXAMPLE.ORG", "ada@xn--bcher-kva.example", "1@2.example",
            String(repeating: "a", count: 64) + "@example.org",
        ]
    )
    func `addresses that people have are taken`(text: String) throws {
        #expect(try MailAddress(text).text == text)
    }

    @Test(
        arguments: [
            "", "@", "ada", "ada@", "@example.org", "ada@example", "ada@@example.org", "a@b@example.org",
            ".ada@example.org",
            "ada.@example.org", "a..b@example.org", "ada @example.org", "ada@exa mple.org", "ada@-a.org", "ada@a-.org",
            "ada@a..org", "ada@.org", "ada@org.", "ada@192.0.2.1", "ada@[192.0.2.1]", "\"a b\"@example.org",
            "ada(c)@example.org", "<ada@example.org>", "ada@example.org\r\n",
            "ada@example.org>\r\nRCPT TO:<eve@example.org",
            "ada,eve@example.org", String(repeating: "a", count: 65) + "@example.org",
            "ada@" + String(repeating: "a", count: 64) + ".org",
            "ada@" + Array(repeating: "abcdefgh", count: 30).joined(separator: ".") + ".org",
        ]
    )
    func `what is no address, or needs quotes, is refused`(text: String) async {
        await expect(.invalidAddress, isRetriable: false) { _ = try MailAddress(text) }
    }

    @Test(arguments: ["ada@bücher.example", "adä@example.org", "аda@example.org", "ada@example。org"])
    func `letters outside ASCII are refused, saying so`(text: String) async {
        let error = await expect(.invalidAddress, isRetriable: false) { _ = try MailAddress(text) }
        #expect(error?.message.contains("outside ASCII") == true)
    }

    @Test func `only this machine may do without encryption`() throws {
        for (host, isLocal) in [
            ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("192.0.2.1", false),
            ("10.0.0.1", false), ("2001:db8::1", false), ("::ffff:192.0.2.1", false),
        ] {
            #expect(SMTPConversation.isLocal(try SocketAddress(ipAddress: host, port: 25)) == isLocal)
        }
        #expect(!SMTPConversation.isLocal(nil))
    }
}
