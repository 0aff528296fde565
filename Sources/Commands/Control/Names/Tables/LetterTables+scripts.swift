// Written by tools/unicode/letters.py; not to be changed by hand.

/// The letters and digits of each script but Latin: Scripts.txt of Unicode 15.0.0 (Debian
/// unicode-data). A line is a script and where its letters begin and end. The scripts that Chinese, Japanese and
/// Korean are written in are one, and the first.
extension LetterTables {
    static let scripts = """
        EastAsian 1100-11ff 3005-9fff a960-a97c ac00-fad9 ff66-ffdc 16fe3-16fe3 1aff0-1b167 20000-323af
        Greek 370-3e1 3f0-3ff 1d26-1d2a 1d5d-1d6a 1dbf-2126 ab65-ab65 10140-10174
        Coptic 3e2-3ef 2c80-2cf3
        Cyrillic 400-52f 1c80-1c88 1d2b-1d2b 1d78-1d78 a640-a69d 1e030-1e06d
        Armenian 531-588 fb13-fb17
        Hebrew 5d0-5f2 fb1d-fb4f
        Arabic 620-6ff 750-77f 870-8c9 fb50-fefc 1ee00-1eebb
        Syriac 710-74f 860-86a
        Thaana 780-7b1
        Nko 7c0-7fa
        Samaritan 800-828
        Mandaic 840-858
        Devanagari 904-97f a8f2-a8fe
        Bengali 980-9fc
        Gurmukhi a05-a74
        Gujarati a85-af9
        Oriya b05-b71
        Tamil b83-bef
        Telugu c05-c6f
        Kannada c80-cf2
        Malayalam d04-d7f
        Sinhala d85-def
        Thai e01-e59
        Lao e81-edf
        Tibetan f00-f8c
        Myanmar 1000-1099 a9e0-a9fe aa60-aa7f
        Georgian 10a0-10ff 1c90-1cbf 2d00-2d2d
        Ethiopic 1200-138f 2d80-2dde ab01-ab2e 1e7e0-1e7fe
        Cherokee 13a0-13fd ab70-abbf
        Canadian_Aboriginal 1401-167f 18b0-18f5 11ab0-11abf
        Ogham 1681-169a
        Runic 16a0-16f8
        Tagalog 1700-171f
        Hanunoo 1720-1731
        Buhid 1740-1751
        Tagbanwa 1760-1770
        Khmer 1780-17e9
        Mongolian 1810-18aa
        Limbu 1900-194f
        Tai_Le 1950-1974
        New_Tai_Lue 1980-19d9
        Buginese 1a00-1a16
        Tai_Tham 1a20-1aa7
        Balinese 1b05-1b59
        Sundanese 1b83-1bbf
        Batak 1bc0-1be5
        Lepcha 1c00-1c4f
        Ol_Chiki 1c50-1c7d
        Glagolitic 2c00-2c5f
        Tifinagh 2d30-2d6f
        Yi a000-a48c
        Lisu a4d0-a4fd 11fb0-11fb0
        Vai a500-a62b
        Bamum a6a0-a6ef 16800-16a38
        Syloti_Nagri a800-a822
        Phags_Pa a840-a873
        Saurashtra a882-a8d9
        Kayah_Li a900-a925
        Rejang a930-a946
        Javanese a984-a9d9
        Cham aa00-aa59
        Tai_Viet aa80-aadd
        Meetei_Mayek aae0-aaf4 abc0-abf9
        Linear_B 10000-100fa
        Lycian 10280-1029c
        Carian 102a0-102d0
        Old_Italic 10300-1032f
        Gothic 10330-1034a
        Old_Permic 10350-10375
        Ugaritic 10380-1039d
        Old_Persian 103a0-103d5
        Deseret 10400-1044f
        Shavian 10450-1047f
        Osmanya 10480-104a9
        Osage 104b0-104fb
        Elbasan 10500-10527
        Caucasian_Albanian 10530-10563
        Vithkuqi 10570-105bc
        Linear_A 10600-10767
        Cypriot 10800-1083f
        Imperial_Aramaic 10840-10855
        Palmyrene 10860-10876
        Nabataean 10880-1089e
        Hatran 108e0-108f5
        Phoenician 10900-10915
        Lydian 10920-10939
        Meroitic_Hieroglyphs 10980-1099f
        Meroitic_Cursive 109a0-109bf
        Kharoshthi 10a00-10a35
        Old_South_Arabian 10a60-10a7c
        Old_North_Arabian 10a80-10a9c
        Manichaean 10ac0-10ae4
        Avestan 10b00-10b35
        Inscriptional_Parthian 10b40-10b55
        Inscriptional_Pahlavi 10b60-10b72
        Psalter_Pahlavi 10b80-10b91
        Old_Turkic 10c00-10c48
        Old_Hungarian 10c80-10cf2
        Hanifi_Rohingya 10d00-10d39
        Yezidi 10e80-10eb1
        Old_Sogdian 10f00-10f27
        Sogdian 10f30-10f45
        Old_Uyghur 10f70-10f81
        Chorasmian 10fb0-10fc4
        Elymaic 10fe0-10ff6
        Brahmi 11003-11075
        Kaithi 11083-110af
        Sora_Sompeng 110d0-110f9
        Chakma 11103-11147
        Mahajani 11150-11176
        Sharada 11183-111dc
        Khojki 11200-11240
        Multani 11280-112a8
        Khudawadi 112b0-112f9
        Grantha 11305-11361
        Newa 11400-11461
        Tirhuta 11480-114d9
        Siddham 11580-115db
        Modi 11600-11659
        Takri 11680-116c9
        Ahom 11700-11746
        Dogra 11800-1182b
        Warang_Citi 118a0-118ff
        Dives_Akuru 11900-11959
        Nandinagari 119a0-119e3
        Zanabazar_Square 11a00-11a3a
        Soyombo 11a50-11a9d
        Pau_Cin_Hau 11ac0-11af8
        Bhaiksuki 11c00-11c59
        Marchen 11c72-11c8f
        Masaram_Gondi 11d00-11d59
        Gunjala_Gondi 11d60-11da9
        Makasar 11ee0-11ef2
        Kawi 11f02-11f59
        Cuneiform 12000-12543
        Cypro_Minoan 12f90-12ff0
        Egyptian_Hieroglyphs 13000-13446
        Anatolian_Hieroglyphs 14400-14646
        Mro 16a40-16a69
        Tangsa 16a70-16ac9
        Bassa_Vah 16ad0-16aed
        Pahawh_Hmong 16b00-16b8f
        Medefaidrin 16e40-16e7f
        Miao 16f00-16f9f
        Tangut 16fe0-16fe0 17000-18aff 18d00-18d08
        Nushu 16fe1-16fe1 1b170-1b2fb
        Khitan_Small_Script 18b00-18cd5
        Duployan 1bc00-1bc99
        Nyiakeng_Puachue_Hmong 1e100-1e14e
        Toto 1e290-1e2ad
        Wancho 1e2c0-1e2f9
        Nag_Mundari 1e4d0-1e4f9
        Mende_Kikakui 1e800-1e8c4
        Adlam 1e900-1e959
        """
}
