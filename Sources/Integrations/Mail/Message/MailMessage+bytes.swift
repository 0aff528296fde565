internal import Foundation

extension MailMessage {
    /// The message as it travels (RFC 5322), in lines of at most 76 ASCII characters where the addresses are no longer:
    ///
    /// ```
    /// From, To, Subject, Date, Message-ID, …
    ///
    /// text                          or   --=_…  text  --=_…  html  --=_…--
    /// ```
    func bytes(from sender: MailSender, at date: Date) -> [UInt8] {
        var fields = [
            "From: \(sender.field)",
            "To: \(to.text)",
            "Subject: \(HeaderText.unstructured(subject))",
            "Date: \(date.mailText)",
            "Message-ID: <\(id)@\(sender.address.domain)>",
            // So that no holiday is answered to us (RFC 3834).
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ]
        guard let html else {
            return Self.part(fields, "plain", text)
        }
        // No encoded text has a = before a _.
        let boundary = "=_\(id)"
        fields.append("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"")
        return Self.lines(fields) + Self.lines(["", "--\(boundary)"]) + Self.part([], "plain", text)
            + Self.lines(["", "--\(boundary)"]) + Self.part([], "html", html) + Self.lines(["", "--\(boundary)--"])
    }

    private static func part(_ fields: [String], _ kind: String, _ text: String) -> [UInt8] {
        lines(
            fields + ["Content-Type: text/\(kind); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", ""]
        ) + QuotedPrintable.encode(text)
    }

    private static func lines(_ lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\r\n") + "\r\n").utf8) }
}

extension MailSender {
    fileprivate var field: String {
        guard let name else { return address.text }
        return "\(HeaderText.phrase(name))\r\n <\(address.text)>"
    }
}

extension Date {
    /// `Mon, 23 Nov 2026 16:04:05 +0000`
    fileprivate var mailText: String {
        var (seconds, time) = (time_t(timeIntervalSince1970.rounded(.down)), tm())
        gmtime_r(&seconds, &time)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(time.tm_wday)]
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
            Int(time.tm_mon)
        ]
        let clock = [time.tm_hour, time.tm_min, time.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(day), \(time.tm_mday) \(month) \(Int(time.tm_year) + 1900) \(clock) +0000"
    }
}
