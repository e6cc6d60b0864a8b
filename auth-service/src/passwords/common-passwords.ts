// The passwords that guessing tries first, in lower case: common words and names, each with the endings people add, what is found by
// walking over a keyboard, and counting. Only those of a length that is let through (8 characters and more) matter.
import { limits } from '@natter/contracts/limits';

const words = `
  aaron abcd abcde abcdef abcdefg abcdefgh abigail access adam addison adidas admin administrator adrian airborne airplane
  alabama albert alejandro alessandro alex alexander alexandra alexandre alexis alfred alice alison allison alpha always
  alyssa amanda amazing amber america american amigos amsterdam anaconda andre andrea andreas andrew andromeda angel angela
  angelica angelina angelo angels animal animals anthony antonia antonio anything apache apollo apple apples aquarius aragorn
  arcangel archie argentina arizona arsenal arthur ashley asshole assassin asterix athena atlanta atlantis august austin
  australia autumn avatar avalon awesome babygirl babyboy badboy bailey balance banana bananas bandit barbara barbie
  barcelona barney baseball basket basketball bastard batman baxter beatles beautiful beauty beaver beckham benfica benjamin
  bentley berlin bernard bigdaddy bigdog bigfoot billabong bintang birthday biscuit bismillah bitch blackberry blackbird
  blackjack blackman blahblah blessed blessing blink182 blizzard blondie blowjob blue blueberry bluebird blueeyes bluemoon
  bluesky bonjour boomer booboo boston bradley brandon brandy brasil braves brazil brenda brian brianna britney brittany
  bronco broncos brooke brooklyn brother brothers brownie bruins bruno brutus bubba bubble bubbles buddha buddy buffalo
  bulldog bulldogs bullet bullshit burger business buster butter buttercup butterfly butthead button buttons cadillac caesar
  caitlin california calvin camaro cameron camille campbell canada candy captain cardinal carlos carmen carolina caroline
  carter cartman casanova casper cassandra cassie catdog catherine celtic center champion chance change changeme changeit
  chargers charlie charles charlotte cheese chelsea cheerleader chester chevelle chevrolet cheyenne chicago chicken children
  chivas chocolate chopper chris christ christian christina christine christmas christopher cinnamon claudia cleopatra clover
  cocacola coconut coffee college colombia colorado columbia computer connect connor control cookie cookies cooper corazon
  corvette cosmos country courage courtney cowboy cowboys coyote cracker crazy creative cricket cristian cristina cristiano
  crystal custom cynthia daddy dakota dallas dancer danger daniel daniela danielle darkness darling darkside david december
  default defender delete deluxe denise dennis denver desire desktop destiny detroit dexter diablo diamond diamonds diana
  diego diesel digital dinosaur director discover discovery disney doctor dodgers dollar dolphin dolphins dominic donald
  donkey dontknow doraemon dorothy douglas download dragon dragonball dragonfly dragons dream dreamer dreams driver drowssap
  drummer ducati duncan dynamite eagle eagles eclipse eduardo edward einstein elephant elizabeth emerald emily eminem
  emmanuel energy engine engineer england english enigma enter enterprise escape estrella eternity eugene evolution example
  excalibur explorer express extreme facebook faith faithful falcon family fantasy fashion father felipe felix fender
  fernando ferrari fireball firebird firefly firefox fireman fishing flamengo flamingo florence florida flower flowers fluffy
  football foobar foot forest forever forget forgot formula1 france francis francisco frank franklin freddy freedom friday
  friend friends fuckme fuckoff fuckyou future gabriel gabriela galaxy gameboy gandalf gangster garden garfield gateway
  gemini general genesis genius george georgia gerald germany ghost giants gibson ginger giovanni gladiator global goddess
  godfather godzilla golden goldfish golfer goodbye goodday goodluck google gordon gorgeous gorilla grace grandma green
  greenday gregory griffin guardian guest guitar gunner gustavo hacker hahaha halloween hamilton hammer hamster handsome
  hannah happiness happy harley harmony harrison harry hawaii hearts heather heaven helena hello hellokitty hellfire helpme
  hercules heythere history hockey holiday holland hollywood homework honda honey hooters hornet horses hotdog hotmail
  hotstuff houston howard hunter hunting hurricane iceman icecream ihateyou iloveme iloveu iloveyou imagine imperial indian
  indiana indonesia infinity inside inter internet inuyasha ireland ironman isabel isabella isabelle islam italia jackass
  jackie jackson jaguar jamaica james jamesbond january japan jasmin jasmine jason jasper jeffrey jennifer jeremiah jeremy
  jerome jessica jessie jesus jesuschrist joanna johnny johnson jonathan jordan joseph joshua juliana julian juliet junior
  jupiter justice justin justine juventus kakashi kamikaze karate karina katherine kathleen katrina kawasaki kennedy kenneth
  kermit kevin keyboard killer kimberly kingdom kingkong kisses kissme kitten kittycat knight kristen kristina lakers
  lalala lasvegas laura lauren lawrence legend legolas leonard leonardo letmein liberty light lightning lincoln linkinpark
  lionking little liverpool lizard logitech lollipop lollypop london longhorn lorenzo louise lover loverboy lovelove lovely
  loveme lovers loveyou lucifer lucky maddog madison madonna maggie magic magnum mahalkita malcolm manager manchester
  manuel margaret margarita maria mariana marie marina marine mariposa marlboro marley marshall martin martina marvin
  maryjane master matrix matthew maverick maximus maxwell megaman melanie melissa melody member memory mercedes mercury
  merlin messenger metallica mexico michael michelle michigan mickey microsoft midnight miguel mike million minecraft minnie
  miracle miranda mission mitchell mobile mohamed mohammed monday money monica monika monitor monkey monkeys monopoly
  monster montana montreal moonlight morgan mother motherfucker motorola mountain movies mozart munchkin murphy music mustang
  myspace myself mypassword napoleon naruto nascar natalia natalie natasha nathan nathalie network newcastle newyork newport
  nicholas nicolas nicole nightmare nikita nintendo nirvana nissan nothing november number nursing october office oklahoma
  oliver olivia online operator oracle orange oranges orlando oscar outlaw oxford pacific packers pakistan pamela panasonic
  pandora panther panthers paradise paramore parker pascal pass passion passport passw0rd passwd password passwords
  passwort patches patience patricia patrick patriots peace peaches peanut peanuts pearljam pebbles peekaboo pegasus penelope
  penguin people pepper perfect personal peter peterpan phantom philip philips phillies phoenix photos picasso pickle
  picture pimpin pineapple pinkfloyd pioneer pirate pirates pitbull planet platinum player playboy playstation please pokemon
  police poohbear popcorn porsche portugal positive power powerful precious predator preston pretty prince princesa princess
  private prodigy pumpkin punisher purple pussycat pyramid qazwsx qwert qwerty qwertz rabbit rachel raider raiders rainbow
  ranger rangers raptor rascal raymond realmadrid rebecca rebelde redskins redsox reggie register remember renegade research
  respect ricardo richard richmond roberto robert robinson rockandroll rocket rockstar rocky romance ronaldo rooster rootbeer
  rosebud rosemary royals rugby runner running russia rush2112 ryan sabrina sailormoon saints sakura salvador samantha
  samson samsung samuel samurai sandra santiago santos sapphire sarah saturday saturn savannah scarface scarlett school
  science scooby scoobydoo scooter scorpio scorpion scotland seattle sebastian secret secure security september serenity
  service sexy sexybitch shadow shannon sharon sheffield sherlock shithead shopping sierra silver simone simple simpson
  simpsons singer single skateboard skater skittles skyline skywalker slayer slipknot smile smiley smokey snickers sniper
  snoopy snowball snowboard snowflake snowman soccer softball software soldier solomon something sophia sophie southpark
  spanky sparky special spencer spider spiderman spirit spitfire spongebob spring springer squirrel srilanka stalker stanley
  stardust stargate starlight startrek starwars station stealth steelers stella stephanie stephen sterling steven stewart
  strawberry strong student stupid success sullivan summer sunday sunflower sunset sunshine super superman supernatural
  superstar support survivor suzuki sweet sweetheart sweetie sweetpea sweety swimming switzerland swordfish sydney sylvester
  system tamara tarheels tattoo taurus taylor teacher teddybear telephone tennis teresa terminator test tester testing
  testtest texas thailand thankyou theboss theman theone therock thirteen thomas thunder thursday tiffany tiger tigers tigger
  timothy tinkerbell titanic together tomorrow toronto tottenham toyota transformers travel travis treasure trinity tristan
  trojan trouble trustme trustno1 tucker tuesday turtle tweety twilight twister tyler ultimate undertaker underground unicorn
  united universal universe university unknown user vacation valencia valentin valentina valentine valerie vampire vanessa
  vanilla veronica victor victoria victory viking vikings vincent violet virginia vision vladimir volcom volleyball voyager
  walker wallace walter warcraft warrior warriors washington watermelon webmaster website wednesday welcome welcomehome
  western westside whatever whatsup wildcat wildcats william williams willow wilson windows winner winnie winston winter
  wizard wolverine wolves wonder wonderful wrestling writer xavier yamaha yankee yankees yellow yourmom yousuck zachary
  zeppelin zombie
`;

const endings = `
  0 00 01 007 1 10 11 12 13 21 22 23 69 77 88 99 100 101 111 123 1234 12345 123456 123456789 2 3 4 5 6 7 8 9 1! 12! 123! ! @123
  1990 1991 1992 1993 1994 1995 1996 1997 1998 1999 2000 2001 2002 2003 2004 2005 2010 2015 2018 2019 2020 2021 2022 2023 2024
  2025 2026 abc qwerty
`;

const walks = `
  0000000000 00000000 0123456789 01234567 012345678 0987654321 098765432 09876543 10101010 1020304050 102030405060 11112222
  11223344 1122334455 112233445566 11221122 12121212 123123123 12301230 12312312 1231231234 12341234 123412345 1234512345
  1234554321 12344321 123321123 123321123321 12345678 123456789 1234567890 12345678910 1234567891 123456789a 123456789q
  123456789z 12345678a 12345678q 1234567a 1234567q 1234567z 123456abc 123456qwerty 12345abc 12345qwe 12345qwert 1234abcd
  1234asdf 1234qwer 1234qwerasdf 1234rewq 1234zxcv 123654789 12365478 123698745 123789456 123asd123 123abc123 123qwe123
  123qwe456 123qweasd 123qweasdzxc 123qwerty 12qwaszx 12qw34er 131313131 13131313 13579246810 1357924680 135792468
  13571357 14141414 142536789 147258369 14725836 1472583690 147852369 147896325 14789632 159159159 159357258 159753456
  159753159753 15975346 18181818 19841984 1a2b3c4d 1a2b3c4d5e 1a2s3d4f 1a2s3d4f5g 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed
  1qaz2wsx 1qaz2wsx3edc 1qaz1qaz 1qaz!qaz 1qazxsw2 1qazxsw23edc !qaz2wsx !qaz@wsx 20202020 21212121 22223333 22446688
  23232323 23456789 24242424 246813579 2468013579 24681012 25252525 25802580 258456357 31415926 314159265 3141592653 321321321
  32103210 32165487 321654987 34567890 36925814 369258147 369369369 456456456 45645645 45678910 456789123 51505150 52013140
  5201314520 54321012345 54325432 55667788 55555555 654321654321 66666666 69696969 741852963 74108520 741852741 75395146
  7894561230 789456123 78945612 789456789 789789789 80808080 852456963 85208520 87654321 876543210 8765432112 88888888
  89898989 90909090 911911911 951753852 963852741 96385274 963258741 98765432 987654321 9876543210 98769876 987987987
  99887766 99999999 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 a1s2d3f4g5 aa123456 aa12345678 abc12345
  abc123456 abc123456789 abc123abc123 abcabcabc abcd1234 abcd12345 abcd123456 abcde12345 abcdefghi abcdefghij abcdefghijk
  abcdefg1 aqswdefr asd123asd asd123456 asdasd123 asdasdasd asdf1234 asdfasdf asdf12345 asdf123456 asdf4321 asdfg123
  asdfg12345 asdfgh123 asdfghjk asdfghjkl asdfghjkl123 asdfghjkl1 asdfqwer asdfzxcv asdqwe123 asdzxc123 azerty123 azertyui
  azertyuiop azerty12 azsxdcfv blabla123 dfghjkl1 hjkl1234 lkjhgfds lkjhgfdsa mnbvcxz1 mnbvcxz123 mnbvcxza mnbvcxzl
  p@55w0rd p@ssw0rd p@ssword p@ssw0rd1 p@ssw0rd123 p@ssword1 p@ssword123 pa$$w0rd pa$$word pa55w0rd pa55word pa55word1
  passw0rd! plmoknij poiuytre poiuytrewq poiu0987 q1q2q3q4 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 q12345678 q123456789 q1234567
  qawsedrf qawsedrftg qaz123wsx qazqazqaz qazwsx123 qazwsx12 qazwsxed qazwsxedc qazwsxedc123 qazwsxedcrfv qazxcvbnm
  qazxsw21 qazxswedc qwaszx12 qwaszxqw qwe123456 qwe123asd qwe123qwe qweasd123 qweasdzx qweasdzxc qweasdzxc123 qweqwe123
  qweqweqwe qwer1234 qwer12345 qwer123456 qwer4321 qwerasdf qwerasdfzxcv qwerfdsa qwerqwer qwertasdfg qwerty12345 qwertyui
  qwertyuio qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] qwertyuiop[]\\ qwertyqwerty qwertyasdf qwertz123 qwertzui
  qwertzuiop rewq4321 rfvtgbyhn s1s2s3s4 wasdwasd w1w2w3w4 wsxedcrf x1x2x3x4 yuiophjk ytrewq654321 yxcvbnm1 yxcvbnm123
  z1x2c3v4 z1x2c3v4b5 zaq12wsx zaq1@wsx zaq1xsw2 zaq1zaq1 zaqwsxcde zaq!2wsx zxc123456 zxcasdqwe zxcasdqwe123 zxcv1234
  zxcv12345 zxcvasdf zxcvasdfqwer zxcvbnm1 zxcvbnm12 zxcvbnm123 zxcvbnm, zxcvbnm,. zxcvbnm,./ zxcvbnma zxcvzxcv
`;

const phrases = `
  areyouokay billgates bobmarley blacklabel boyscout bigbang1 bondjames bringiton cheeseburger clusterfuck cometome
  correcthorsebatterystaple davidbeckham dietcoke donttellanyone drpepper1 elcamino fightclub firstone fuckthis fuckyou2
  fuckyoubitch getmoney gogogogo gotohell godbless godisgood godislove greatone happybirthday happyday harrypotter heyheyhey
  hello123 helloworld hellothere idontknow iforgot123 iforgotit iloveme2 ilovegod ilovejesus ilovemom ilovemyself ilovesex
  iloveyou2 iloveyou3 iloveyousomuch imissyou inlove123 itsasecret jesuslovesme johncena justdoit justinbieber keepout1
  kickass1 kobebryant ladygaga letmein1 letmein2 letmeinnow letmeinplease letsgo123 lifeisgood livestrong logmein1 longbeach
  lordoftherings love1234 love12345 lovelife loveislife loverofyou mancity1 michaeljordan michaeljackson mylove123 mymother
  mypass123 mysecret myspace1 nevermind newpassword newpass1 nofear12 nopassword noneofyourbusiness onelove1 openopen
  opensesame openthedoor oneDirection password1password passwordpassword password321 password12345678 passpass pass1234
  pass12345 pass123456 pepsicola pinkpink pleaseletmein pornstar princess1 readonly redhotchili rockyou1 rocknroll root1234
  rootroot rootpass root12345 secret12345 secretpassword sesameopen sexsexsex showmethemoney soccerball starbucks superuser
  sysadmin teamo123 temp1234 temporary temppass test1234 test12345 testpass testpassword testuser thebeatles thebest1
  theking1 thisismypassword thisispassword thisisatest topsecret toor1234 truelove tupac123 wearethebest wearethechampions
  welcome123 whatever1 whatthehell whoareyou whocares whyme123 willsmith wordpass xbox360live youandme youaresexy yesterday
`;

const split = (text: string): string[] => text.trim().toLowerCase().split(/\s+/);

function everything(): Set<string> {
  const all = new Set([...split(walks), ...split(phrases)]);
  for (const word of split(words)) {
    all.add(word);
    all.add(word + word);
    for (const ending of split(endings)) all.add(word + ending);
  }
  for (const password of all) if (password.length < limits.passwordMin) all.delete(password);
  return all;
}

/** About 70,000 of them. */
export const commonPasswords: ReadonlySet<string> = everything();
