/// The catalog as a page for people; docs/configuration.md is what it makes.
package enum Reference {
    package static func markdown(_ catalog: Catalog = .daybook) -> String {
        var text = """
            # Configuration

            Made by `daybook config reference` from the [catalog](../Sources/Settings/Catalog.swift) in the code; do not edit it by hand.

            A setting can be said in five places. The first that says something counts:

            1. a **flag** of the subcommand;
            2. a variable of the **environment**; an empty one says nothing;
            3. for secrets, a **file of its own**, which the variable with `_FILE` behind its name names (`DAYBOOK_POSTGRES_FILE`), such as a credential
               of systemd or a secret of Docker;
            4. the **configuration file**, which `--config FILE` or `DAYBOOK_CONFIG` names;
            5. the **default**.

            The file is YAML, and so may be JSON. A dot in a key goes down one level:

            ```yaml
            postgres: host=db.internal user=daybook passfile=/etc/daybook/pgpass
            log:
              level: info
              format: json
            http:
              port: 8081
            role: [projector, fanout]
            ```

            What cannot be right is refused before anything starts: a key that there is not, a value of another kind or out of its range. The message says
            where it stands and what was expected, and quotes no value. `daybook config check` does nothing else, and shows what would count and whence.

            A file with a secret in it (the configuration file too, once it holds one) must belong to its reader alone: if everybody can read it, or others can
            write it, it is refused; if its group can read it, that is warned of. Below `/run/credentials` and `/run/secrets`, where systemd and containers put
            them, modes are not looked at.

            **Reloading:** on SIGHUP (`systemctl reload`) `daybook serve` reads the configuration file and the files of secrets again. What is marked ↻ changes at
            once; of other changes it is logged that they need a restart. If anything is wrong, it is logged and nothing changes. A flag or a variable that was set
            when the process started goes on winning.

            """
        for section in Declaration.Section.allCases {
            text += "\n## \(section.title)\n\nRead by \(section.readers).\n\n"
            text += "| key | flag and environment | value | default | |\n| --- | --- | --- | --- | --- |\n"
            for declaration in catalog.declarations where declaration.section == section { text += row(declaration) }
        }
        return text
    }

    private static func row(_ declaration: Declaration) -> String {
        let marks = (declaration.isReloadable ? " ↻" : "") + (declaration.isSecret ? " secret" : "")
        let names = [declaration.flag.map { "`--\($0)`" }, "`\(declaration.environment)`"].compactMap(\.self)
        let standard = declaration.standard.map { "`\($0)`" } ?? ""
        let columns = [
            "`\(declaration.key)`\(marks)", names.joined(separator: "<br>"), declaration.expectation, standard,
            declaration.meaning,
        ]
        return "| \(columns.joined(separator: " | ")) |\n"
    }
}
