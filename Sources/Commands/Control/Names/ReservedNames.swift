extension OrgName {
    /// Whether it is a word that the service needs for itself, or one that would be taken for it.
    var isReserved: Bool { Self.reservedSkeletons.contains(skeleton) }

    private static let reservedSkeletons = Set(reserved.map { NameSkeleton.of($0) })

    /// Hosts that an organization's could be mistaken for, addresses that others send to (RFC 2142), paths, and what
    /// programs write for nothing.
    private static let reserved = """
        daybook daybooks daybook-app daybook-team daybook-support daybook-official official

        api apis app apps auth oauth oauth2 oidc saml sso scim login logout signin signout signup register account accounts
        session sessions password passwords verify verification invite invites invitation invitations join onboarding
        www www1 www2 web webapp site sites home blog docs documentation developer developers dev demo sandbox staging
        stage production prod test tests testing beta alpha canary preview internal private public local localhost
        localdomain example invalid onion

        control console dashboard orgs org organization organizations tenant tenants team teams workspace workspaces
        user users member members profile settings preferences notifications search explore discover new create edit
        delete room rooms message messages task tasks agent agents file files upload uploads download downloads export
        import webhook webhooks hook hooks realtime events event push git repo repos repository repositories code vm vms
        machine machines runner runners command commands llm ai bot bots integration integrations plugin plugins
        marketplace store shop

        cdn static assets asset media image images img imgproxy css js fonts icons favicon robots sitemap manifest
        well-known health healthz readyz livez metrics status statuspage uptime ping version

        mail email smtp imap pop pop3 mx mta webmail newsletter autoconfig autodiscover ns ns1 ns2 dns ntp ftp sftp ssh
        vpn proxy gateway router ldap wpad isatap broadcasthost
        support help helpdesk contact info about news press media-kit jobs careers feedback sales marketing legal terms
        tos privacy security compliance gdpr dpo copyright dmca trademark abuse spam phishing noc hostmaster postmaster
        webmaster usenet uucp mailer-daemon noreply no-reply ssladmin sslwebmaster sysadmin
        billing payment payments pay invoice invoices checkout pricing plans subscription subscriptions refund refunds

        admin admins administrator administration root superuser sudo system sys operator operators ops owner moderator
        staff everyone anyone nobody somebody anonymous guest guests unknown default me self you all here channel

        null nil none undefined void nan true false constructor prototype
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)
}
