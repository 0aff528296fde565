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
}
