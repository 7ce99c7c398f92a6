import {chromium} from 'playwright-core';
import fs from 'node:fs';
const base='http://127.0.0.1:8043';
const out='/tmp/casepage/shots'; fs.mkdirSync(out,{recursive:true});
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu']});
const who=process.argv[2]||'front_desk'; const lang=process.argv[3]||'zh'; const phone=process.argv[4]==='phone';
const ctx=await b.newContext({baseURL:base,viewport:phone?{width:390,height:844}:{width:1440,height:900},locale:lang==='en'?'en-GB':'zh-CN',timezoneId:'Asia/Shanghai'});
const t=await ctx.newPage();
t.on('console',m=>{if(m.type()==='error')console.log('console',m.text())}); t.on('pageerror',e=>console.log('ERR',e));
await t.goto('/sign-in'); await t.fill('[name=login]',who); await t.fill('[name=password]','correct-horse-7'); await t.press('[name=password]','Enter'); await t.waitForURL(u=>!/sign-in/.test(u.pathname));
if(lang==='en') await ctx.request.post('/locale',{form:{lang:'en',next:'/'}}); else await ctx.request.post('/locale',{form:{lang:'zh',next:'/'}});
const shots=JSON.parse(process.argv[5]||'[["/cases/BX-20261122-0001","case1"]]');
for(const [url,name,sel] of shots){ await t.goto(url); await t.waitForTimeout(700); if(sel){ await t.click(sel); await t.waitForTimeout(900);} await t.screenshot({path:`${out}/${name}-${lang}${phone?'-phone':''}.png`,fullPage:phone}); }
await b.close();
