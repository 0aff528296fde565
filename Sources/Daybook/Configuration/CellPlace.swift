internal import Foundation
internal import Settings

/// Where tenants live: a product database on some Postgres server, and a Redis of its own.
struct CellPlace: Equatable, Sendable {
    /// The cell that the settings themselves name.
    static let main = "main"

    let name: String
    /// The server, as libpq keywords or a URL.
    let postgres: String
    let database: String
    let redis: String
    /// Whether new tenants are placed there.
    let takesTenants: Bool
    // Of its log's signed heads. Each log is signed with a key of its own, by which it is known.
    var heads: String?
    var headKeyFile: String?
    var headPublicKey: String?

    var isMain: Bool { name == Self.main }

    /// All cells of an installation, `main` first.
    static func all(_ settings: Settings) throws(ToolError) -> [CellPlace] {
        let entries = try settings[\.cellsFile].map { (file) throws(ToolError) in try Entry.read(file) } ?? []
        let own = entries.first { $0.name == main }
        if let own, own.postgres != nil || own.redis != nil || own.productDatabase != nil || own.hasHeads {
            throw ToolError("cells-file: the stores of 'main' are named by the other settings")
        }
        var places = [
            CellPlace(
                name: main,
                postgres: settings[\.postgres],
                database: settings[\.productDatabase],
                redis: settings[\.redis],
                takesTenants: own?.takesTenants ?? true
            )
        ]
        for entry in entries where entry.name != main {
            // What the control log is called in metrics can be no cell's name.
            guard entry.name.wholeMatch(of: #/[a-z][a-z0-9-]{0,31}/#) != nil, entry.name != "control" else {
                throw ToolError("cells-file: '\(entry.name)' cannot be a cell's name")
            }
            guard let postgres = entry.postgres, let redis = entry.redis else {
                throw ToolError("cells-file: '\(entry.name)' needs \"postgres\" and \"redis\"")
            }
            let place = CellPlace(
                name: entry.name,
                postgres: postgres,
                database: entry.productDatabase ?? settings[\.productDatabase],
                redis: redis,
                takesTenants: entry.takesTenants ?? true,
                heads: entry.heads,
                headKeyFile: entry.headKeyFile,
                headPublicKey: entry.headPublicKey
            )
            for other in places {
                guard other.name != place.name else {
                    throw ToolError("cells-file: '\(place.name)' stands there twice")
                }
                guard (other.postgres, other.database) != (place.postgres, place.database), other.redis != place.redis
                else { throw ToolError("cells-file: '\(other.name)' and '\(place.name)' have the same store") }
            }
            places.append(place)
        }
        return places
    }

    /// As the file has it.
    private struct Entry: Decodable {
        let name: String
        let postgres: String?
        let productDatabase: String?
        let redis: String?
        let takesTenants: Bool?
        let heads: String?
        let headKeyFile: String?
        let headPublicKey: String?

        var hasHeads: Bool { heads != nil || headKeyFile != nil || headPublicKey != nil }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name
            case postgres
            case redis
            case heads
            case productDatabase = "product_database"
            case takesTenants = "takes_tenants"
            case headKeyFile = "head_key_file"
            case headPublicKey = "head_public_key"
        }

        static func read(_ file: String) throws(ToolError) -> [Entry] {
            do {
                let data = try Data(contentsOf: URL(filePath: file))
                // A mistyped key would be a store that nobody meant.
                let known = Set(CodingKeys.allCases.map(\.rawValue))
                if let objects = try JSONSerialization.jsonObject(with: data) as? [[String: Any]],
                    let stranger = objects.lazy.flatMap(\.keys).first(where: { !known.contains($0) })
                {
                    throw ToolError("\(file): '\(stranger)' is nothing that is known of a cell")
                }
                return try JSONDecoder().decode([Entry].self, from: data)
            } catch let error as ToolError {
                throw error
            } catch {
                throw ToolError("\(file) is no list of cells: \(error)")
            }
        }
    }
}
