/// Everybody who was ever made here. They outlive the process.
actor People {
    /// The page shows them all.
    static let limit = 500

    private static let file = "people.json"

    private let folder: DataFolder
    private var people: [Person]

    init(in folder: DataFolder) throws {
        self.folder = folder
        people = try folder.read(Self.file, as: [Person].self) ?? []
    }

    var all: [Person] { people }

    func find(subject: String) -> Person? { people.first { $0.subject == subject } }

    func find(email: String) -> Person? {
        let email = email.lowercased()
        return people.first { $0.email == email }
    }

    func add(_ newcomer: Newcomer) throws -> Person {
        guard find(email: newcomer.email) == nil else { throw PersonFault.taken }
        guard people.count < Self.limit else { throw PersonFault.full }
        let person = Person(
            subject: Secret.make(),
            name: newcomer.name,
            email: newcomer.email,
            isEmailVerified: newcomer.isEmailVerified
        )
        try folder.write(people + [person], to: Self.file)
        people.append(person)
        return person
    }
}
