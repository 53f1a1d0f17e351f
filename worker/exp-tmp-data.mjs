import { createRequire } from 'node:module';
import { tf } from './dist/tensor/tf.js';
const require = createRequire(import.meta.url);
const { Human } = require('../node_modules/@vladmandic/human/dist/human.node-gpu.js');
const h = new Human({});
console.log(Object.keys(h));
const uv = h.faceUVMap, tri=h.faceTriangulation;
console.log(uv?.length, tri?.length, tri.slice(0,6));
const path=[127,234,93,132,58,172,136,150,149,176,148,152,377,400,378,379,365,397,288,361,323,454,356];
const d=[0];for(let i=1;i<path.length;i++)d.push(d[i-1]+Math.hypot(uv[path[i]][0]-uv[path[i-1]][0],uv[path[i]][1]-uv[path[i-1]][1]));
const L=d.at(-1);console.log(path.map((p,i)=>`${p}:${(d[i]/L*16).toFixed(2)} (${uv[p].map(x=>x.toFixed(2))})`).join('  '));
const nose=[];for(let i=0;i<468;i++){const [u,v]=uv[i]; if(u>0.41&&u<0.59&&v>0.33&&v<0.66)nose.push(i+':'+u.toFixed(2)+','+v.toFixed(2));}
console.log(nose.join('  '));
