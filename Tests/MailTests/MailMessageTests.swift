import Foundation
import Testing

@testable import Mail

struct MailMessageTests {
    private static let noon = Date(timeIntervalSince1970: 1_795_435_445)

    @Test func `a message is written as RFC 5322 says`() throws {
        let message = try MailMessage.to("ada", subject: "Your code", text: "Grüße,\r\nDaybook=\r.")
        #expect(
            String(decoding: message.bytes(from: .daybook, at: Self.noon), as: UTF8.self)
                == """
                From: "Daybook"
                 <no-reply@daybook.example>
                To: ada@example.org
                Subject: Your code
                Date: Mon, 23 Nov 2026 12:04:05 +0000
                Message-ID: <2c70e12b7a0646f92279f427c7b38e73@daybook.example>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Gr=C3=BC=C3=9Fe,
                Daybook=3D
                .

                """.replacing("\n", with: "\r\n")
        )
    }

    @Test(arguments: ["a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\u{0}b", "a\u{85}b", "a\u{2028}b", "a\u{1B}b"])
    func `no field of a message begins another`(text: String) async throws {
        await expect(.invalidHeader, isRetriable: false) { _ = try MailMessage.to("ada", subject: text) }
        await expect(.invalidHeader, isRetriable: false) {
            _ = try MailSender(MailAddress("ada@example.org"), name: text)
        }
        await expect(.invalidAddress, isRetriable: false) { _ = try MailAddress("\(text)@example.org") }
    }

    @Test func `a name is quoted or encoded`() throws {
        #expect(HeaderText.phrase(#"Ada "L" \ B"#) == #""Ada \"L\" \\ B""#)
        #expect(HeaderText.phrase("Añda") == "=?UTF-8?B?QcOxZGE=?=")
        // It would be read as the encoded word that it is not.
        #expect(HeaderText.unstructured("=?UTF-8?B?QQ==?=") == "=?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=")
    }

    @Test func `lines that are encoded have at most 76 characters`() throws {
        for length in 70...80 {
            for letter in ["a", "=", "ä", " ", "🚀"] {
                let text = String(repeating: letter, count: length) + "\n" + letter
                let lines = String(decoding: QuotedPrintable.encode(text), as: UTF8.self).split(separator: "\r\n")
                #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.last != " " })
            }
        }
        #expect(QuotedPrintable.encode("") == Array("\r\n".utf8))
    }

    @Test func `lines that begin with a dot get another`() {
        #expect(
            String(decoding: SMTPConversation.stuffed(Array(".\r\na.b\r\n..\r\n".utf8)), as: UTF8.self)
                == "..\r\na.b\r\n...\r\n.\r\n"
        )
    }

    @Test func `replies are read however they are cut`() throws {
        let text = "220 hi\r\n250-one\r\n250-two three\r\n250\r\n354 go\n"
        for size in 1...text.utf8.count {
            var parser = SMTPReplyParser()
            var replies: [SMTPReply] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                parser.append(rest.prefix(size))
                rest = rest.dropFirst(size)
                while let reply = try parser.next() { replies.append(reply) }
            }
            #expect(
                replies == [
                    SMTPReply(code: 220, lines: ["hi"]), SMTPReply(code: 250, lines: ["one", "two three", ""]),
                    SMTPReply(code: 354, lines: ["go"]),
                ]
            )
            #expect(parser.isEmpty)
        }
    }

    @Test(arguments: ["abc\r\n", "99 x\r\n", "600 x\r\n", "250-a\r\n251 b\r\n", "250x\r\n", "\r\n", "+25 a\r\n"])
    func `what is no reply is told from one`(text: String) {
        var parser = SMTPReplyParser()
        parser.append(text.utf8)
        #expect(throws: SMTPReplyParser.Malformed.self) { _ = try parser.next() }
    }
}
