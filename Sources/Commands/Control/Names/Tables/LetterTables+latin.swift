// Written by tools/unicode/letters.py; not to be changed by hand.

/// Forms of Latin letters and digits, and what they are without marks, width or style: NFKC and case folding
/// of Unicode 15.0.0 (Debian unicode-data), and for letters that do not decompose CLDR's Latin-ASCII
/// (Debian unicode-cldr-core). A hyphen stands for what is neither letter nor digit.
extension LetterTables {
    static let latin = """
        aa:a b2:23 b9:1o bc=1-4 bd=1-2 be=3-4 c0:aaaaaa c6=ae c7:ceeeeiiiidnooooo d8:ouuuuy de=th df=ss e0:aaaaaa
        e6=ae e7:ceeeeiiiidnooooo f8:ouuuuy fe=th ff:yaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii 132=ij 133=ij
        134:jjkkqllllllllllnnnnnnnnnoooooo 152=oe 153=oe 154:rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzsbbbb
        187:ccdddd 190:effg 195=hv 196:iikkl 19d:nn 1a0:oo 1a2=oi 1a3=oi 1a4:ppr 1ab:ttttuu 1b2:vyyzz 1c4=dz 1c5=dz
        1c6=dz 1c7=lj 1c8=lj 1c9=lj 1ca=nj 1cb=nj 1cc=nj 1cd:aaiioouuuuuuuuuu 1de:aaaa 1e2=ae 1e3=ae 1e4:ggggkkoooo
        1f0:j 1f1=dz 1f2=dz 1f3=dz 1f4:gg 1f6=hv 1f8:nnaa 1fc=ae 1fd=ae 1fe:ooaaaaeeeeiiiioooorrrruuuusstt 21e:hhnd
        224:zzaaeeooooooooyylntj 238=db 239=qp 23a:accltsz 243:bu 246:eejj 24c:rryy 253:b 255:cdd 25b:e 25f:jggg
        266:hhi 26a:illl 271:mnnn 276=oe 27c:rrr 280:r 282:s 288:tu 28b:v 28f:yzz 299:b 29b:ghj 29f:lq 2a3=dz 2a5=dz
        2a6=ts 2aa=ls 2ab=lz 2b0:hhjr 2b7:wy 2e1:lsx 1d00:a 1d01=ae 1d03:bcdde 1d0a:jklm 1d0f:o 1d18:p 1d1b:tu
        1d20:vwz 1d2c:a 1d2d=ae 1d2e:b 1d30:de 1d33:ghijklmn 1d3c:o 1d3e:prtuwa 1d47:bde 1d4b:e 1d4d:g 1d4f:kmno
        1d56:ptu 1d5b:v 1d62:iruv 1d6b=ue 1d6c:bdfmnprrstz 1d7a=th 1d7b:i 1d7d:pu 1d80:bdfgklmnprs 1d8c:vxza 1d91:dee
        1d96:i 1d99:u 1d9c:ccd 1da0:fjg 1da4:i 1da6:iijlllm 1dae:nnn 1db3:s 1db5:tu 1db8:uv 1dbb:zzz
        1e00:aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooo
        1e50:oooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyasss 1e9e=ss
        1ea0:aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuu 1ef0:uuyyyyyyyy 1efa=ll
        1efb=ll 1efc:vvyy 2070:0i 2074:456789 207f:n0123456789 2090:aeox 2095:hklmnpst 20a8=rs 2100=a-c 2101=a-s
        2102:c 2105=c-o 2106=c-u 2107:e 210a:ghhhhhiill 2115:n 2116=no 2119:pqrrr 2121=tel 2124:z 2128:z 212a:kabc
        212f:eef 2133:mo 2139:i 213b=fax 2145:ddeij 2150=1-7 2151=1-9 2152=1-10 2153=1-3 2154=2-3 2155=1-5 2156=2-5
        2157=3-5 2158=4-5 2159=1-6 215a=5-6 215b=1-8 215c=3-8 215d=5-8 215e=7-8 215f=1- 2160:i 2161=ii 2162=iii
        2163=iv 2164:v 2165=vi 2166=vii 2167=viii 2168=ix 2169:x 216a=xi 216b=xii 216c:lcdmi 2171=ii 2172=iii 2173=iv
        2174:v 2175=vi 2176=vii 2177=viii 2178=ix 2179:x 217a=xi 217b=xii 217c:lcdm 2189=0-3 2460:123456789 2469=10
        246a=11 246b=12 246c=13 246d=14 246e=15 246f=16 2470=17 2471=18 2472=19 2473=20 2474=-1- 2475=-2- 2476=-3-
        2477=-4- 2478=-5- 2479=-6- 247a=-7- 247b=-8- 247c=-9- 247d=-10- 247e=-11- 247f=-12- 2480=-13- 2481=-14-
        2482=-15- 2483=-16- 2484=-17- 2485=-18- 2486=-19- 2487=-20- 2488=1- 2489=2- 248a=3- 248b=4- 248c=5- 248d=6-
        248e=7- 248f=8- 2490=9- 2491=10- 2492=11- 2493=12- 2494=13- 2495=14- 2496=15- 2497=16- 2498=17- 2499=18-
        249a=19- 249b=20- 249c=-a- 249d=-b- 249e=-c- 249f=-d- 24a0=-e- 24a1=-f- 24a2=-g- 24a3=-h- 24a4=-i- 24a5=-j-
        24a6=-k- 24a7=-l- 24a8=-m- 24a9=-n- 24aa=-o- 24ab=-p- 24ac=-q- 24ad=-r- 24ae=-s- 24af=-t- 24b0=-u- 24b1=-v-
        24b2=-w- 24b3=-x- 24b4=-y- 24b5=-z- 24b6:abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0
        2c60:lllprathhkkzz 2c6e:m 2c71:vwwv 2c78:e 2c7a:o 2c7c:jvsz 3250=pte 3251=21 3252=22 3253=23 3254=24 3255=25
        3256=26 3257=27 3258=28 3259=29 325a=30 325b=31 325c=32 325d=33 325e=34 325f=35 32b1=36 32b2=37 32b3=38
        32b4=39 32b5=40 32b6=41 32b7=42 32b8=43 32b9=44 32ba=45 32bb=46 32bc=47 32bd=48 32be=49 32bf=50 32cc=hg
        32cd=erg 32ce=ev 32cf=ltd 3371=hpa 3372=da 3373=au 3374=bar 3375=ov 3376=pc 3377=dm 3378=dm2 3379=dm3 337a=iu
        3380=pa 3381=na 3383=ma 3384=ka 3385=kb 3386=mb 3387=gb 3388=cal 3389=kcal 338a=pf 338b=nf 338e=mg 338f=kg
        3390=hz 3391=khz 3392=mhz 3393=ghz 3394=thz 3396=ml 3397=dl 3398=kl 3399=fm 339a=nm 339c=mm 339d=cm 339e=km
        339f=mm2 33a0=cm2 33a1=m2 33a2=km2 33a3=mm3 33a4=cm3 33a5=m3 33a6=km3 33a7=m-s 33a8=m-s2 33a9=pa 33aa=kpa
        33ab=mpa 33ac=gpa 33ad=rad 33ae=rad-s 33af=rad-s2 33b0=ps 33b1=ns 33b3=ms 33b4=pv 33b5=nv 33b7=mv 33b8=kv
        33b9=mv 33ba=pw 33bb=nw 33bd=mw 33be=kw 33bf=mw 33c2=a-m- 33c3=bq 33c4=cc 33c5=cd 33c6=c-kg 33c7=co- 33c8=db
        33c9=gy 33ca=ha 33cb=hp 33cc=in 33cd=kk 33ce=km 33cf=kt 33d0=lm 33d1=ln 33d2=log 33d3=lx 33d4=mb 33d5=mil
        33d6=mol 33d7=ph 33d8=p-m- 33d9=ppm 33da=pr 33db=sr 33dc=sv 33dd=wb 33de=v-m 33df=a-m 33ff=gal a730:fs a732=aa
        a733=aa a734=ao a735=ao a736=au a737=au a738=av a739=av a73a=av a73b=av a73c=ay a73d=ay a740:kkkkkklllloooo
        a74e=oo a74f=oo a750:ppppppqqqq a75e:vv a760=vy a761=vy a764=th a765=th a766=th a767=th a771:dlmnrrt a779:ddff
        a786:tt a790:nncc a7a0:ggkknnrrssh a7ac:gli a7b2:j a7c5:sz a7f2:cfq a7f8:h a7f9=oe ab5e:l fb00=ff fb01=fi
        fb02=fl fb03=ffi fb04=ffl fb05=st fb06=st ff10:0123456789 ff21:abcdefghijklmnopqrstuvwxyz
        ff41:abcdefghijklmnopqrstuvwxyz 10783=ae 10784:bb 10787=dz 10789=dz 1078b:ddd 10792:ggghhh 10799=ls 1079a=lz
        1079b:l 107a2:o 107a3=oe 107a5:q 107a8:rrr 107ac=ts 107af:tv 107b2:y
        1d400:abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzab 1d450:cdefg
        1d456:ijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyza 1d49e:cd 1d4a2:g 1d4a5:jk
        1d4a9:nopq 1d4ae:stuvwxyzabcd 1d4bb:f 1d4bd:hijklmn
        1d4c5:pqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzab 1d507:defg 1d50d:jklmnopq
        1d516:stuvwxy 1d51e:abcdefghijklmnopqrstuvwxyzab 1d53b:defg 1d540:ijklm 1d546:o 1d54a:stuvwxy
        1d552:abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzab
        1d5a2:cdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcd
        1d5f2:efghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdef
        1d642:ghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh
        1d692:ijklmnopqrstuvwxyzij 1d7ce:01234567890123456789012345678901234567890123456789 1f100=0- 1f101=0- 1f102=1-
        1f103=2- 1f104=3- 1f105=4- 1f106=5- 1f107=6- 1f108=7- 1f109=8- 1f10a=9- 1f110=-a- 1f111=-b- 1f112=-c-
        1f113=-d- 1f114=-e- 1f115=-f- 1f116=-g- 1f117=-h- 1f118=-i- 1f119=-j- 1f11a=-k- 1f11b=-l- 1f11c=-m- 1f11d=-n-
        1f11e=-o- 1f11f=-p- 1f120=-q- 1f121=-r- 1f122=-s- 1f123=-t- 1f124=-u- 1f125=-v- 1f126=-w- 1f127=-x- 1f128=-y-
        1f129=-z- 1f12a=-s- 1f12b:cr 1f12d=cd 1f12e=wz 1f130:abcdefghijklmnopqrstuvwxyz 1f14a=hv 1f14b=mv 1f14c=sd
        1f14d=ss 1f14e=ppv 1f14f=wc 1f16a=mc 1f16b=md 1f16c=mr 1f190=dj 1fbf0:0123456789
        """
}
