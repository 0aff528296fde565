enum Companies {
    /// Well-known ones of many countries and trades.
    static let all = """
        Apple, Microsoft, Alphabet, Google, Amazon, Meta, Facebook, Nvidia, Tesla, Netflix
        Intel, AMD, Qualcomm, Broadcom, IBM, Oracle, SAP, Salesforce, Adobe, Cisco
        Dell, HP, Hewlett Packard Enterprise, Lenovo, Asus, Acer, Samsung, LG, Sony, Panasonic
        Toshiba, Hitachi, Fujitsu, NEC, Canon, Nikon, Olympus, Ricoh, Epson, Brother
        Nintendo, Sega, Capcom, Konami, Square Enix, Bandai Namco, Ubisoft, Electronic Arts, Activision, Blizzard
        Valve, Epic Games, Unity, Roblox, Zynga, Supercell, King, Rovio, Mojang, Rockstar Games
        Twitter, LinkedIn, Pinterest, Snap, Reddit, Tumblr, Quora, Discord, Slack, Zoom
        Dropbox, Box, Atlassian, GitHub, GitLab, Bitbucket, JetBrains, Docker, HashiCorp, Red Hat
        Canonical, SUSE, Mozilla, Cloudflare, Fastly, Akamai, DigitalOcean, Linode, Heroku, Vercel
        Netlify, Twilio, SendGrid, Mailchimp, HubSpot, Zendesk, Intercom, Freshworks, Zoho, ServiceNow
        Workday, Okta, CrowdStrike, Palo Alto Networks, Fortinet, Zscaler, SentinelOne, Splunk, Datadog, New Relic
        Elastic, MongoDB, Snowflake, Databricks, Confluent, Cloudera, Teradata, Palantir, Tableau, Qlik
        Stripe, Square, PayPal, Adyen, Klarna, Affirm, Wise, Revolut, Monzo, N26
        Robinhood, Coinbase, Binance, Kraken, Visa, Mastercard, American Express, Western Union, Fiserv, Intuit
        JPMorgan Chase, Bank of America, Wells Fargo, Citigroup, Goldman Sachs, Morgan Stanley, HSBC, Barclays, Lloyds, NatWest
        Santander, BBVA, BNP Paribas, Société Générale, Crédit Agricole, Deutsche Bank, Commerzbank, UBS, Credit Suisse, ING
        Rabobank, ABN AMRO, Nordea, Danske Bank, Swedbank, UniCredit, Intesa Sanpaolo, Mizuho, Nomura, Daiwa
        BlackRock, Vanguard, Fidelity, Charles Schwab, State Street, Blackstone, KKR, Carlyle, Berkshire Hathaway, SoftBank
        Allianz, AXA, Zurich, Generali, Prudential, MetLife, AIG, Aviva, Munich Re, Swiss Re
        Toyota, Honda, Nissan, Mazda, Subaru, Suzuki, Mitsubishi, Isuzu, Hyundai, Kia
        Volkswagen, BMW, Mercedes-Benz, Audi, Porsche, Opel, Škoda, SEAT, Renault, Peugeot
        Citroën, Fiat, Ferrari, Lamborghini, Maserati, Alfa Romeo, Volvo, Saab, Scania, Jaguar
        Land Rover, Bentley, Rolls-Royce, Aston Martin, McLaren, Ford, General Motors, Chevrolet, Chrysler, Jeep
        Rivian, Lucid, BYD, Geely, NIO, XPeng, Tata, Mahindra, Polestar, Stellantis
        Bosch, Continental, Denso, Magna, Valeo, Michelin, Bridgestone, Goodyear, Pirelli, Siemens
        ABB, Schneider Electric, General Electric, Honeywell, 3M, Emerson, Rockwell, Caterpillar, John Deere, Komatsu
        Boeing, Airbus, Lockheed Martin, Northrop Grumman, Raytheon, BAE Systems, Thales, Safran, Leonardo, Embraer
        SpaceX, Blue Origin, Rocket Lab, Virgin Galactic, OneWeb, Planet Labs, Maxar, Iridium, Garmin, TomTom
        Lufthansa, Air France, KLM, British Airways, Ryanair, easyJet, Delta, United Airlines, Southwest, JetBlue
        Emirates, Qatar Airways, Etihad, Qantas, Singapore Airlines, Cathay Pacific, ANA, Aeroflot, Finnair, Iberia
        Uber, Lyft, Grab, Gojek, Bolt, DoorDash, Deliveroo, Instacart, Just Eat, Delivery Hero
        Airbnb, Booking, Expedia, Tripadvisor, Trivago, Marriott, Hilton, Hyatt, Accor, IHG
        Walmart, Target, Costco, Kroger, Walgreens, CVS, Home Depot, Best Buy, Macy’s, Nordstrom
        Tesco, Sainsbury’s, Asda, Morrisons, Marks & Spencer, Waitrose, Aldi, Lidl, Rewe, Edeka
        Carrefour, Auchan, Leclerc, Casino, Metro, Ahold Delhaize, Migros, IKEA, Decathlon, Leroy Merlin
        eBay, Etsy, Shopify, Wayfair, Zalando, Otto, Alibaba, JD.com, Pinduoduo, Rakuten
        Mercado Libre, Flipkart, Shopee, Lazada, Coupang, Allegro, Temu, Shein, ASOS, Boohoo
        Nike, Adidas, Puma, Reebok, Under Armour, New Balance, Asics, Fila, Converse, Vans
        Zara, Inditex, H&M, Uniqlo, Gap, Levi’s, Primark, Mango, Benetton, Diesel
        Gucci, Prada, Louis Vuitton, Hermès, Chanel, Dior, Burberry, Versace, Armani, Cartier
        Rolex, Omega, Swatch, Tissot, Casio, Seiko, Citizen, Fossil, Pandora, Swarovski
        L’Oréal, Estée Lauder, Shiseido, Nivea, Beiersdorf, Procter & Gamble, Unilever, Henkel, Colgate, Kimberly-Clark
        Nestlé, Danone, Mondelēz, Kraft Heinz, Kellogg’s, General Mills, Mars, Ferrero, Lindt, Hershey
        Coca-Cola, Pepsi, Dr Pepper, Red Bull, Monster, Heineken, Carlsberg, AB InBev, Diageo, Pernod Ricard
        McDonald’s, Burger King, KFC, Subway, Starbucks, Dunkin’, Domino’s, Pizza Hut, Wendy’s, Chipotle
        Costa Coffee, Tim Hortons, Five Guys, Shake Shack, Taco Bell, Nando’s, Greggs, Pret A Manger, Sysco, Sodexo
        Pfizer, Moderna, BioNTech, AstraZeneca, GSK, Novartis, Roche, Sanofi, Bayer, Merck
        Johnson & Johnson, AbbVie, Abbott, Amgen, Gilead, Eli Lilly, Novo Nordisk, Takeda, Medtronic, Philips
        ExxonMobil, Chevron, Shell, BP, TotalEnergies, Eni, Equinor, Repsol, Petrobras, Gazprom
        Vestas, Ørsted, Enel, Iberdrola, EDF, E.ON, RWE, Vattenfall, Engie, NextEra Energy
        AT&T, Verizon, T-Mobile, Vodafone, Orange, Telefónica, Telenor, Telia, Swisscom, BT
        Ericsson, Nokia, Huawei, ZTE, Xiaomi, Oppo, Vivo, OnePlus, Realme, Motorola
        Tencent, Baidu, ByteDance, TikTok, Weibo, NetEase, Meituan, Didi, Yandex, VK
        Disney, Warner Bros, Universal, Paramount, Comcast, Fox, Hulu, Spotify, SoundCloud, Deezer
        BBC, CNN, Reuters, Bloomberg, The New York Times, The Guardian, Le Monde, Der Spiegel, El País, Nikkei
        DHL, FedEx, UPS, Maersk, Hapag-Lloyd, MSC, DB Schenker, Kuehne + Nagel, SNCF, Amtrak
        McKinsey, BCG, Bain, Deloitte, PwC, EY, KPMG, Accenture, Capgemini, Infosys
        Wipro, Cognizant, TCS, Atos, EPAM, Thoughtworks, OpenAI, Anthropic, Hugging Face, Mistral
        """
        .split { $0 == "," || $0.isNewline }.map { String($0.drop(while: \.isWhitespace)) }
}
